PYTHON ?= python3
ARGS ?=
# A value with quotes reaches the program as it is.
export DSO_ARGS := $(value ARGS)
RUN := @$(PYTHON) tools/dev.py

.PHONY: help
help:
	@sed -n 's/^## //p' Makefile

## make demo        a running Odoo with invoices, customers and reminders, on this machine
## make stop        end it
## make clean       remove this checkout's databases, logs and messages
## make shell       Odoo's shell on the demo database
.PHONY: demo stop clean shell prepare
demo stop clean shell prepare:
	$(RUN) $@

## make test        run all tests; make test ARGS="-k leader" runs some
.PHONY: test
test:
	$(RUN) test

## make test-fast   run the tests that need no database
.PHONY: test-fast
test-fast:
	$(RUN) test-fast

## make lint        check style, manifest, access lines and translations
.PHONY: lint
lint:
	$(RUN) lint

## make dist        the addons as a wheel, in dist/
.PHONY: dist
dist:
	$(RUN) dist

## make screenshots pictures of the demo, in .run/screenshots
.PHONY: screenshots
screenshots:
	$(RUN) screenshots

## make pot         write the translation templates anew
.PHONY: pot
pot:
	$(RUN) pot

## make bench       measure planning, rules and posting; make bench ARGS="10000 posting" a part of it
.PHONY: bench
bench:
	@$(PYTHON) bench/run.py $(ARGS)
