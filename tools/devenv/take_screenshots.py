"""Take the pictures with Playwright and the system's Chromium; `screenshots` calls this."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright
from screenshot_pages import PAGES, SIZES

SECONDS = 60_000
CODE = re.compile(r'\{(\w+)\}')
FLAGS = (
    '--no-sandbox',  # there is none for root
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
)


class Camera:
    """One browser; one session per login and size."""

    def __init__(self, browser, job):
        self.browser = browser
        self.job = job
        self.contexts = {}

    def context(self, login, size):
        if (login, size) not in self.contexts:
            width, height = SIZES[size]
            context = self.browser.new_context(
                base_url=self.job['url'],
                viewport={'width': width, 'height': height},
                is_mobile=size == 'phone',
                has_touch=size == 'phone',
            )
            context.set_default_timeout(SECONDS)
            if login:
                self._sign_in(context, login)
            self.contexts[login, size] = context
        return self.contexts[login, size]

    def _sign_in(self, context, login):
        page = context.new_page()
        page.goto('/web/login')
        page.fill('input[name=login]', login)
        page.fill('input[name=password]', self.job['passwords'].get(login, login))
        page.click('form.oe_login_form button[type=submit]')
        # The client keeps a socket open, so its network is never idle: wait for what it shows.
        page.wait_for_selector('.o_web_client .o_main_navbar')
        page.close()

    def customer_id(self, context, code):
        """The id of the customer account with a customer code; it differs from build to build."""
        domain = [['code', '=', code]]
        params = {'model': 'dso.customer', 'method': 'search', 'args': [domain], 'kwargs': {}}
        answer = context.request.post(
            '/web/dataset/call_kw/dso.customer/search', data={'jsonrpc': '2.0', 'params': params}
        ).json()
        if not answer.get('result'):
            raise Error(f"no customer account has the code {code}")
        return str(answer['result'][0])

    def shoot(self, name, login, address, selector, size, clicks=()):
        context = self.context(login, size)
        page = context.new_page()
        try:
            page.goto(CODE.sub(lambda match: self.customer_id(context, match[1]), address))
            page.wait_for_selector(selector)
            for clicked, following in clicks:
                page.locator(clicked).first.click()
                page.wait_for_selector(following)
            page.wait_for_timeout(400)  # for what fades in
            path = Path(self.job['folder']) / f'{name}-{size}.png'
            page.screenshot(path=str(path))
            print(f"  {path}", flush=True)
        finally:
            page.close()


def main(job):
    Path(job['folder']).mkdir(parents=True, exist_ok=True)
    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=job['chromium'], args=list(FLAGS))
        camera = Camera(browser, job)
        for name, login, address, selector, sizes, *clicks in PAGES:
            if job['only'] and not any(part in name for part in job['only']):
                continue
            for size in sizes:
                try:
                    camera.shoot(name, login, address, selector, size, *clicks)
                except Error as error:
                    failed += 1
                    print(f"  {name} ({size}): {str(error).splitlines()[0]}", flush=True)
        browser.close()
    return bool(failed)


if __name__ == '__main__':
    sys.exit(main(json.loads(sys.argv[1])))
