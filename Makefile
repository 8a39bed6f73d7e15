# Vuoro. `make help` tells what there is. Every target does its own set-up and repeats none of it.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
PYTHON_IN := .venv/bin/python

# The demo's data stays in the checkout unless a folder is named.
ifeq ($(strip $(VUORO_DATA)),)
VUORO_DATA := $(CURDIR)/.vuoro
endif
export VUORO_DATA

HUB_WORDS := hub/vuoro_hub/web/translations
DEVICE_WORDS := devices/vuoro_devices/locale
CATALOGUES := $(wildcard $(HUB_WORDS)/*/LC_MESSAGES/messages.po $(DEVICE_WORDS)/*/LC_MESSAGES/devices.po)

# An environment that was made for another folder (this one was moved or copied) is made anew.
ifneq ($(shell cat .venv/made-for 2>/dev/null),$(CURDIR))
MOVED := moved
endif

.PHONY: run test check bench docs help clean lock environment dev-environment test-packages catalogues lint try-wheel moved

run: environment catalogues ## start a whole point on this machine, with simulated hardware (Ctrl-C stops it)
	@exec $(PYTHON_IN) -m vuoro_provisioning demo

test: test-packages dev-environment catalogues lint ## set up and run everything: lint, all tests, the built wheel
	@$(PYTHON_IN) -m pytest $(PYTEST_ARGS)
	@provisioning/setup/try_wheel.sh

check: dev-environment catalogues lint ## format, lint, types, imports and the fast tests (seconds; before each commit)
	@$(PYTHON_IN) -m pytest -q -n auto -m "not slow" $(PYTEST_ARGS)

bench: dev-environment catalogues test-packages ## measure: press to paper, call to display, throughput, memory
	@$(PYTHON_IN) tests/benchmark/run.py

docs: dev-environment ## write docs/settings.md and mqtt/asyncapi.yaml anew from the models
	@$(PYTHON_IN) provisioning/setup/settings_reference.py >.venv/made && cp .venv/made docs/settings.md
	@$(PYTHON_IN) -m vuoro_mqtt.asyncapi >.venv/made && cp .venv/made mqtt/asyncapi.yaml

lock: dev-environment ## write requirements/*.lock anew (UPGRADE=1: newest versions)
	@provisioning/setup/lock.sh

clean: ## remove what set-up and tests have made (the demo's data in .vuoro stays)
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find mqtt hub devices provisioning tests -name __pycache__ -prune -exec rm -rf {} + -o -name '*.mo' -delete

help: ## this list
	@echo "Vuoro: make TARGET"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1	\2/p' Makefile | expand -t 12
	@echo
	@echo "make run looks at these environment variables:"
	@echo "  VUORO_HTTP_PORT   port of the pages, on 127.0.0.1 (8000)"
	@echo "  VUORO_MQTT_PORT   port of the broker, on 127.0.0.1 (1883, or the next free one)"
	@echo "  VUORO_PRESET      lahti or lappeenranta (lahti)"
	@echo "  VUORO_DATA        folder of the demo's data; the same folder goes on where it stopped (.vuoro)"
	@echo "  VUORO_BROKER      embedded: not even an installed Mosquitto is used"
	@echo "  VUORO_DEMO_HOURS  real: the preset's own opening hours instead of always open"
	@echo "PYTHON=/path/to/python3 chooses the Python that .venv is made with; PYTEST_ARGS goes to pytest."

lint:
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@$(PYTHON_IN) -m mypy --no-error-summary
	@.venv/bin/lint-imports >.venv/imports.log || { cat .venv/imports.log; exit 1; }

environment: .venv/run.stamp
dev-environment: .venv/dev.stamp .venv/run.stamp

# What dev.lock holds is more than run.lock: where that is in place, nothing is left to do.
.venv/run.stamp: requirements/run.lock pyproject.toml $(MOVED)
	@if [ .venv/dev.stamp -nt requirements/dev.lock ] && [ .venv/dev.stamp -nt pyproject.toml ] \
	&& [ "$$(cat .venv/made-for)" = "$(CURDIR)" ]; then :; else provisioning/setup/environment.sh run; fi
	@touch $@

.venv/dev.stamp: requirements/dev.lock pyproject.toml $(MOVED)
	@provisioning/setup/environment.sh dev
	@touch $@ .venv/run.stamp

moved:

test-packages:
	@provisioning/setup/test_packages.sh

catalogues: .venv/catalogues.stamp

.venv/catalogues.stamp: $(CATALOGUES) | environment
	@echo "Compiling the translations."
	@$(if $(wildcard $(HUB_WORDS)/*/LC_MESSAGES/messages.po),$(PYTHON_IN) -m babel.messages.frontend --quiet compile -d $(HUB_WORDS) -D messages)
	@$(if $(wildcard $(DEVICE_WORDS)/*/LC_MESSAGES/devices.po),$(PYTHON_IN) -m babel.messages.frontend --quiet compile -d $(DEVICE_WORDS) -D devices)
	@touch $@

try-wheel: dev-environment catalogues
	@provisioning/setup/try_wheel.sh
