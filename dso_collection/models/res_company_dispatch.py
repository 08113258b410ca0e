from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import models

from ..engine import window
from ..tools import clock


class ResCompany(models.Model):
    """When a company sends."""

    _inherit = 'res.company'

    def _dso_next_sending_day(self):
        """Return the next day after today on which the company sends, in its time zone.

        :rtype: date
        """
        zone = ZoneInfo(self.dso_tz or 'UTC')
        midnight = datetime.combine(self._dso_today() + timedelta(days=1), time(0), zone)
        moment = midnight.astimezone(timezone.utc).replace(tzinfo=None)
        opening = self._dso_next_opening(moment).replace(tzinfo=timezone.utc)
        return opening.astimezone(zone).date()

    def _dso_next_opening(self, moment=None):
        """Return when the sending window is open next, ``moment`` itself when it is then.

        :param datetime moment: naive UTC; default: now
        :return: naive UTC
        :rtype: datetime
        """
        zone = ZoneInfo(self.dso_tz or 'UTC')
        moment = moment or clock.now(self.env.cr)
        local = moment.replace(tzinfo=timezone.utc).astimezone(zone).replace(tzinfo=None)
        opening = window.next_opening(
            local,
            self._dso_open_weekdays(),
            self._dso_public_holidays(),
            self.dso_window_start,
            self.dso_window_end,
        )
        if opening == local:
            return moment
        return opening.replace(tzinfo=zone).astimezone(timezone.utc).replace(tzinfo=None)
