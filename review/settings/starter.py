"""The spotcheck.toml that a new project gets: every setting with what it does, most of them as comments."""

STARTER = """\
# Settings of this Spotcheck project. Every setting is optional. Secrets do not belong in this file.

[project]
time_zone = "UTC"        # weeks are ISO weeks in this zone

[access]
mode = "names"           # how people sign in: names (chosen freely, this machine only) | links | oidc | proxy
# url = "https://review.example.org"   # where people open the application; links begin with it

[privacy]
originals = "apart"      # unmasked originals: apart | encrypted (needs SPOTCHECK_ORIGINALS_KEY) | none
phone_region = "US"      # country of phone numbers without a country code
# countries = ["DE", "FR"]   # countries of your users: their phone numbers are found in national formats as well
# addresses = true       # masks street addresses as they are written in twelve languages
# names = "en_core_web_sm"   # masks names of people with this spaCy model; needs `pip install '.[privacy]'`
#                          # and the model: `python -m spacy download en_core_web_sm`; it never downloads by itself
# library = "presidio"   # masks national numbers of fourteen more countries; needs `pip install '.[privacy]'`
# ids = "keep"           # keeps e-mail addresses and phone numbers in ids and names; else a keyed hash replaces them
# rejects_days = 90      # `spotcheck nightly` removes files of rejected records, which are masked, by then; 0: never

[privacy.patterns]       # your own patterns to mask: token name = regular expression
# CUSTOMER = "KD-[0-9]{6}"

# [audit]                # `spotcheck nightly` notes the head of the audit chain here; best on another machine
# heads = "/mnt/elsewhere/spotcheck-heads.txt"
# openings = true        # notes who opened which conversation, on every page that shows one

# [compliance]           # the daily checks over all traffic, and who answers for what they find
# owner = "ana"          # by name or id; else the first lead
# hosts = ["example.org", "*.example.org"]   # may stand in links of answers; without any, nobody checks links
# [compliance.days]      # until when a finding is to be resolved, by check
# secrets = 1

# [retention]            # how many days `spotcheck nightly` keeps conversations of closed weeks in the log
# on = true              # nothing is removed before you say so; `spotcheck retention --dry-run` shows what would be
# error_days = 90        # failed ones; 0 keeps them for ever
# slow_days = 30
# normal_days = 7
# slow_ms = 5000

# [duties]               # what needs two people
# draw_and_close = true  # who drew a week does not close it
# roles_confirmed = true # a role counts once another lead has confirmed it

# [import]               # how a file without a source of its own is read
# map = { question = "input.text", id = "trace" }   # fields by the path where a row has them

# [import.values.feedback]   # values of a field, and what they mean
# good = "up"

# [sources.shop]         # a system that `spotcheck pull` and `spotcheck nightly` read by themselves
# kind = "langfuse"      # langfuse | langsmith | phoenix | zendesk | intercom | folder | warehouse
# address = "https://cloud.langfuse.com"
# public_key = "LANGFUSE_PUBLIC_KEY"   # the variable of the environment that holds the key, never the key
# secret_key = "LANGFUSE_SECRET_KEY"

# [sources.helpdesk]     # how files of one source are read; declarations in the application come before these
# date_format = "day-first"  # day-first | month-first | year-first | a pattern such as "%d.%m.%Y %H:%M"
# encoding = "cp1252"
# map = { question = "Frage", answer = "Antwort", id = "Ticket" }

[sampling]
unit = "session"         # what a reviewer sees as one item: session | turn
confidence = 0.5         # below this a conversation counts as low confidence
# judges_disagree = 50   # draw conversations with contradicting judges as a group: "all" or how many
# sql_spot_check = 0.05  # least share of answers in SQL outside the other groups; the default where [sql] is used
# anchors = 0.05         # mix in golden examples with known answers: how many for each item of a reviewer, 0 for none
# anchors_after_weeks = 8  # how many weeks after their approval they are used

[checks]                 # checks that run on each masked conversation on import; `spotcheck check --help` lists them
run = ["personal_data", "language", "length", "repetition", "refusal", "clarification"]
#                        # add "sql_proof" here once [sql] below names a dialect, a schema or an engine
failing = []             # conversations flagged by these checks count as failing, such as ["repetition", "toxicity"]

[checks.length]          # bounds for the characters of an answer; `spotcheck check` shows how long answers are
shortest = 2
longest = 6000

# [checks.toxicity]      # if run has "toxicity": a folder with a Hugging Face text-classification model; works offline
# model = "models/toxicity"
# threshold = 0.5

# [checks.sql_proof]     # if run has "sql_proof": proves the query of each conversation by the rules of [sql]
# flags = "error"        # the mildest finding that flags a conversation: error | warning | note

# [checks.similarity]    # if run has "similarity": checks records that have metadata.expected_answer
# below = 0.4

[judges]                 # judges that run here
hosts = []               # endpoints that may receive masked text, such as ["localhost:11434"]; none by default
concurrency = 8          # requests at the same time
timeout = 60             # seconds for one request
device = "auto"          # where local models run: auto | cpu | cuda | mps
# currency = "USD"       # the currency of the prices of judges; pages show costs with it

# [sql]                  # what `spotcheck sql` proves and runs; `spotcheck sql check --help` lists the rules
# dialect = "clickhouse" # clickhouse | postgres | sqlite | duckdb; others are parsed and called "not proven"
# schema = "shop.sql"    # a file (statements that create tables, JSON as BIRD writes it) or an address
# engine = "clickhouse://localhost:8123/shop"   # where statements run; the schema is read from it
# rules = ["text", "statement", "syntax", "functions", "tables", "columns", "limit"]   # default: all but star and limit
# format = "TabSeparatedWithNames"   # the FORMAT that each statement must end with
# max_rows = 10000       # the largest LIMIT
# functions = []         # functions that may be called beside the built-in lists
# forbidden_columns = ["customers.card"]
# weights = [0.7, 0.3]   # of execution and meaning in the combined accuracy
# cache = "sql-results"  # a folder that keeps results for later runs, unmasked as the database gave them; default: none
# extra_columns = false  # whether columns beside those of the reference count as right
# order = "question"     # where `sql sort` counts the order of rows: question (if it asks for one) | reference
# dimension = "correctness"   # what the judge sql-execution speaks to; default: semantic_accuracy

# [sql.severity]         # error | warning | note, by rule
# join_rows = "error"

# [sql.keys]             # columns that do not repeat, where the database declares no keys
# customers = ["id"]
# order_items = ["order_id", "line"]

# [sql.words]            # words of the question (regular expressions) and the tables of which one must be read
# "promotion|discount" = ["promotions"]

# [sql.limits]
# seconds = 10
# rows = 10000
# result_megabytes = 64
# memory_megabytes = 1000

# [targets.shop]         # your product: the Versions page and `spotcheck run --target shop` ask it every case
# kind = "exec"          # exec: a command | http: an endpoint | openai: a chat endpoint | python: a function
# command = "python agent.py"   # reads one JSON line for each question and writes one with its answer
# [targets.staging]
# kind = "http"          # a host that gets questions must stand in hosts of [judges], too
# url = "https://staging.example.org/answer"
# key_env = "SHOP_KEY"   # the variable of the environment that holds the key
# receive = { answer = "output.text" }

# [scores]               # how the answers of a version are scored
# run = ["execution", "sql_rules", "demands", "behaviour", "exact", "normalised", "required", "tools", "labels"]
# execution = ["execution"]   # scorers whose mean is the execution part of the combined accuracy
# semantic = ["required", "behaviour", "tools"]   # the same for the part of meaning; with [sql] also "demands"
# correctness = "correctness"   # the dimension of the settled label that replaces it where people saw the answer

# [failures]             # the weekly triage
# task_above = 3         # more failures of one group in a week than this need a task

# [answers]              # the numbers behind the four answers of the Week page and the report
# well_known = 0.05      # a share is well known when its 95% interval is at most this wide,
# roughly_known = 0.15   # roughly known up to this width, and hardly known beyond it
# well_measured = 0.2    # the same for figures of agreement and of judges
# roughly_measured = 0.4
# agreement = 0.667      # people agree when all of the interval of agreement beyond chance is at least this
# shared_items = 10      # nothing is known of agreement under so many items with labels of two people
# same_reading = 0.5     # people read a value differently when less than this share of them gives it together,
# contested_items = 5    # on at least so many items
# judge_positives = 10   # nothing is known of a judge under so many labelled positives
# judge_good = 0.6       # to use a judge, the lower limits of precision and recall must reach this
# judge_bad = 0.5        # a judge is not to be used when an upper limit is under this,
# judge_point = 0.5      # when recall or precision itself is under this
# judge_of_people = 0.5  # or under this share of what people reach with each other (and its interval is no wider than
#                        # roughly_measured: else nothing is known yet)
# ceiling_gap = 0.1      # where two people rate, a judge may be this much worse than they are
# epsilon = 0.2          # the alternative annotator test: 0.2 for experts, 0.15 for skilled people, 0.1 for a crowd

# [log]                  # what servers and nightly runs write to standard error, each line with its request's number
# format = "json"        # text | json
# level = "info"         # debug | info | warning | error; info has a line for every request and run of a page

# [notify]               # `spotcheck nightly` sends messages about weeks; needs `pip install '.[notify]'`
# people = { ana = "NOTIFY_ANA" }   # by person: the variable of the environment with their Apprise address
# team = "NOTIFY_TEAM"   # a channel: the report of a closed week, and messages for people without an address
# kinds = ["opened", "soon", "late", "closed"]   # what is sent
# days_before = 2        # "soon" is sent so many days before a week is due

# [[alerts]]             # what is watched in production beside the alerts that every project has
# name = "refusals"      # slow_answers, errors, cost_per_day, repairs, judge_drift, personal_data and traffic_gone
# metric = "check_refusal"   # exist already: a table with one of these names changes them
# condition = "rises"    # rises | falls: against its baseline | above | below: against a limit | gone: no traffic
# window = "day"         # day | hour | week: how often it is looked at
# slice = { model = "gpt-5" }   # only this part of the traffic
# owner = "ana"          # who is told first
# escalate_hours = 24    # everybody hears of an alert that nobody has acknowledged by then
# on = true
# [[alerts]]
# name = "slow_answers"
# limit = 8000           # milliseconds that 95% of the answers take at most

# [push]                 # where `spotcheck push` may send settled labels
# hosts = ["cloud.langfuse.com"]   # nothing is sent to another host
# [push.langfuse]        # langfuse | langsmith | phoenix | otlp
# address = "https://cloud.langfuse.com"
# public_key = "LANGFUSE_PUBLIC_KEY"   # the variable of the environment that holds the key, never the key
# secret_key = "LANGFUSE_SECRET_KEY"

# [publish]              # warehouses that `spotcheck nightly` and `spotcheck publish` write tables to
# duckdb = "review.duckdb"   # clickhouse | postgres | duckdb | parquet, with their address

# [golden.plan]          # golden examples wanted per scenario, as a number or by kind
# order_status = 25
# returns = { normal = 19, edge = 4, adversarial = 2 }

# [rubric]               # a rubric to start from; [[rubric.dimensions]] below it add questions
# preset = "sql"         # sql: the meaning of answers in SQL, with reasons | support: the default rubric

# [[rubric.dimensions]] tables replace the default rubric. `spotcheck rubric show --toml` prints one to start from.
"""
