# Two commands do all the set-up: `make start` runs a node on localhost:9092, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
UV := $(shell command -v uv 2>/dev/null)
KAFKA_LIB := build/kafka/lib
export PYTHONPATH := src

.PHONY: start test check messages bench simulate proof oracle lock clean

start: $(VENV)/run
	@$(RUN) -m ottla start $(ARGS)

test: $(VENV)/test $(KAFKA_LIB)/complete
	$(RUN) -m pytest -n 2 -q $(ARGS)

check: $(VENV)/test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

messages: $(VENV)/test $(KAFKA_LIB)/complete
	$(RUN) -m tools.messages --jars $(KAFKA_LIB) --out src/ottla/wire

simulate: $(VENV)/test
	$(RUN) -m ottla.sim $(ARGS)

bench: $(VENV)/test $(KAFKA_LIB)/complete
	$(RUN) -m bench $(ARGS)

proof: $(VENV)/test $(KAFKA_LIB)/complete
	$(RUN) -m pytest -n 2 -q --proof $(ARGS)

# The versions, locked by hash. `make lock` looks for newer ones.
lock: $(VENV)/test
	cd requirements && for set in run test; do \
	  ../$(VENV)/bin/pip-compile -q --upgrade --generate-hashes --no-emit-index-url --strip-extras --allow-unsafe $$set.in -o $$set.lock; done

clean:
	rm -rf $(VENV) build

$(VENV)/run: requirements/run.lock
	@$(call install,run)
$(VENV)/test: requirements/test.lock
	@$(call install,test)

# Creates the environment where there is none, fills it, and leaves a stamp.
define install
if [ -n "$(UV)" ]; then \
  [ -d $(VENV) ] || uv venv -q --python $(PYTHON) $(VENV); \
  uv pip install -q --python $(RUN) --require-hashes -r requirements/$(1).lock; \
else \
  [ -x $(RUN) ] || $(PYTHON) -m venv $(VENV); \
  $(RUN) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/$(1).lock; \
fi && touch $(VENV)/$(1)
endef

# Apache Kafka 4.3.1 itself: the judge of the tests, and the source of the message definitions.
# Where Maven is absent the stamp stays away, and the tests that need Kafka say so.
$(KAFKA_LIB)/complete: tools/kafka/pom.xml
	@mkdir -p $(KAFKA_LIB)
	@if command -v mvn >/dev/null 2>&1 && command -v java >/dev/null 2>&1; then \
	  mvn -q -B -f tools/kafka/pom.xml dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/$(KAFKA_LIB) && touch $@; \
	else echo "Maven or Java is missing: tests against Apache Kafka are left out"; fi
oracle: $(KAFKA_LIB)/complete
