//! The built program, driven as a user drives it: arguments, files and signals in; output, files and exit codes out.
//!
//! | room | what it owns |
//! |---|---|
//! | [`hours`] | the first hour of three kinds of user, from transcripts |
//! | [`support`] | a temporary folder, the program in it, and its result |
//! | [`skip`] | tests that cannot run on this machine |
//! | [`flags`] | flags that need each other, and those that have no effect |
//! | [`log`] | the samples of a run, read as an outsider reads them |
//! | [`processes`] | who lives, who is whose child, signals |
//! | [`help`] | `--help` of every verb, and that its examples work as pasted |
//! | [`exit_codes`] | a command for every exit code there is |
//! | [`by_hand`] | plans from numbers given by hand, in every form |
//! | [`from_profile`] | plans from a profile: the shipped one at any rate, and one that lacks a time |
//! | [`pipelines`] | every kind of pipeline that a plan can be asked for |
//! | [`laws`] | scaling laws of a run, in every form |
//! | [`workload`] | generate, inspect, execute |
//! | [`executors`] | executors side by side |
//! | [`fractal`] | a tree of rollups predicted, proved and settled, and what is refused |
//! | [`state_growth`] | blocks over growing states, stores that are kept, and what is refused |
//! | [`close`] | batches closed under a load |
//! | [`claims`] | the sources' claims: answered from records, and refused |
//! | [`trace`] | traces with bad rows |
//! | [`bad_input`] | everything that is refused, with what it says |
//! | [`verbs`] | one scripted run through all verbs and forms |
//! | [`json`] | `--json` on every verb |
//! | [`comparing`] | several runs side by side, on one page |
//! | [`timeline`] | timelines of plans and runs |
//! | [`thresholds`] | thresholds with an exit code, figures for Prometheus, comparison with an earlier run |
//! | [`files`] | what is written: whole, or not at all, and never over what stood there |
//! | [`full_disk`] | no room left |
//! | [`killed`] | kill -9 of the harness and of its children |
//! | [`interrupted`] | Ctrl-C |
//! | [`fleet`] | a fleet of child processes: killed, frozen, resumed |
//! | [`fleet_samples`] | its samples, read by the readers of a measured run |
//! | [`fleet_nats`] | the same over a NATS server: killed, wiped, shared |
//! | [`fleet_nats_faults`] | no room, two coordinators, a merge that is lost, TLS |
//! | [`fleet_nats_credentials`] | a server that asks who comes |
//! | [`fleet_nats_workers`] | false answers, cores, how many jobs a second |
//! | [`fleet_nats_random`] | random faults over many fleets on one server |
//! | [`fleet_drain`] | SIGTERM for a worker, and its figures for Prometheus |
//! | [`nats_server`] | a NATS server of a test's own |
//! | [`autoscale`] | policies of autoscaling compared |
//! | [`pipeline_live`] | order, then prove, live: grown, held, scaled, interrupted |
//! | [`own_prover`] | the proof system `command` |
//! | [`no_aggregation`] | proof systems that cannot aggregate, in every form |
//! | [`gate_paired`] | two builds in pairs: every verdict, every exit code |
//! | [`gate_says`] | what a comparison says beside its verdict |
//! | [`measure_says`] | what `measure` says before, while and after it measures |
//! | [`real`] | real proofs, up to a plan |
//! | [`gate_exact`] | exact figures: blessed, compared, refused |
//! | [`history`] | results over commits: added, shown, warned of |
//! | [`ci_examples`] | the shipped CI examples, tried |
//! | [`fresh_repository`] | a user's own repository, which gets the checks by following the pages |
//! | [`deploy_examples`] | the shipped deployment examples of a fleet, tried |
//! | [`examples`] | the example data that is shipped |

mod autoscale;
mod bad_input;
mod by_hand;
mod ci_examples;
mod claims;
mod close;
mod comparing;
mod conditions;
mod deploy_examples;
mod examples;
mod executors;
mod exit_codes;
mod files;
mod flags;
mod fleet;
mod fleet_drain;
mod fleet_nats;
mod fleet_nats_credentials;
mod fleet_nats_faults;
mod fleet_nats_random;
mod fleet_nats_workers;
mod fleet_samples;
mod foreign_prover;
mod fractal;
mod fresh_repository;
mod from_profile;
mod full_disk;
mod gate_exact;
mod gate_paired;
mod gate_says;
mod help;
mod history;
mod hours;
mod interrupted;
mod json;
mod killed;
mod laws;
mod log;
mod machines;
mod measure_says;
mod nats_server;
mod no_aggregation;
mod own_prover;
mod pipeline_live;
mod pipelines;
mod processes;
mod real;
mod report;
mod rollups;
mod skip;
mod state_growth;
mod support;
mod thresholds;
mod timeline;
mod trace;
mod verbs;
mod workload;
