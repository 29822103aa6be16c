# Everything runs from .venv, which is made from the locks in requirements/. Nothing outside this directory is
# changed, but for Chromium, Java, PostgreSQL, rsync, rclone and the mail servers that some tests talk to: `make test`
# installs them with apt when root runs it and there are none. Where there is Node.js, `make test` installs with npm, in
# benchmarks/peer and benchmarks/w3c, what some tests compare with.
.POSIX:
.SUFFIXES:
.PHONY: help demo test tools style long chaos lock format bench clean

BIN = .venv/bin
PURE = src/newsletter/model/*,src/newsletter/issue/*,src/newsletter/render/*
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-header $(UPGRADE)

help:
	@echo 'make demo     send a sample issue to a mail server of its own and build the archive, in out/demo'
	@echo 'make test     everything that is checked before a change lands'
	@echo 'make long     the tests that take a minute each, such as a program that opens every link 50 times'
	@echo 'make chaos    strike a sending to 80,000 readers 500 times, and see that nobody has it twice or not at all'
	@echo 'make format   put the code in its layout and mend what can be mended'
	@echo 'make lock     compile requirements/ from pyproject.toml; UPGRADE=--upgrade takes the newest versions'
	@echo 'make bench    measure, each figure with its comparison'
	@echo 'make clean    remove everything that the other commands made'

demo: .venv/demo.stamp
	@$(BIN)/python demo/run.py

# What Python has compiled is kept for the tests: hundreds of them start a program of their own.
# To install the tools is to wait for the network, mostly; what is checked meanwhile needs none of them.
test: .venv/dev.stamp
	@$(MAKE) --no-print-directory --jobs=2 tools style
	@echo 'Behaviour: pytest'
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --quiet --numprocesses 3 --dist worksteal -m 'not long' --cov --cov-report=
	@echo 'Coverage: at least 90 % in all, 100 % of the pure rooms'
	@$(BIN)/coverage report --format=total --fail-under=90
	@$(BIN)/coverage report --include='$(PURE)' --fail-under=100

tools: .venv/dev.stamp
	@.ci/chromium
	@.ci/isso
	@.ci/java
	@.ci/mail-servers
	@.ci/node
	@.ci/postgres
	@.ci/publishers

style: .venv/dev.stamp
	@echo 'Style: ruff'
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@echo 'Types: mypy'
	@$(BIN)/mypy --no-error-summary
	@echo 'Architecture: import-linter'
	@$(BIN)/lint-imports --no-logo

long: .venv/dev.stamp
	@$(BIN)/pytest --numprocesses 3 -m long

chaos: .venv/dev.stamp
	@$(BIN)/python tests/chaos/long.py

lock: .venv/dev.stamp
	@echo 'Compiling requirements/dev.txt, demo.txt, runtime.txt and isso.txt'
	@$(COMPILE) --group dev --output-file requirements/dev.txt >/dev/null
	@$(COMPILE) --group demo --constraint requirements/dev.txt --output-file requirements/demo.txt >/dev/null
	@$(COMPILE) --constraint requirements/dev.txt --output-file requirements/runtime.txt >/dev/null
	@$(COMPILE:pyproject.toml=requirements/isso.in) --output-file requirements/isso.txt >/dev/null

format: .venv/dev.stamp
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format

bench: .venv/dev.stamp
	@for script in benchmarks/*.py; do echo "$$script"; $(BIN)/python "$$script" || exit; done

clean:
	rm -rf .venv benchmarks/*/node_modules out dist .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests benchmarks demo -type d -name __pycache__ -prune -exec rm -rf {} +

# The script compares contents, not times: a checkout makes every file new.
.venv/demo.stamp .venv/dev.stamp: FORCE
	@.ci/install $(@F:.stamp=)

FORCE:
