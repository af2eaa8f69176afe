package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.text.StableWord;
import java.util.List;
import kamon.Kamon;

/** Counts the events of jobs, once each, when an event is stored. A replay counts nothing. */
public final class JobMetrics {
    private static final String RECORDS = "rebalancer.records";
    private static final String OUTCOME = "outcome";
    private static final String RELOCATED_BYTES = "rebalancer.relocated.bytes";
    private static final String ASSIGNMENTS = "rebalancer.assignments";

    private static final String JOBS_ENDED = "rebalancer.jobs.ended";
    private static final String PHASE = "phase";
    private static final String EVENT = "event";

    private final LegacyMetrics legacy;

    JobMetrics(LegacyMetrics legacy) {
        this.legacy = legacy;
    }

    /**
     * Registers the counters of jobs with the value 0. A counter that begins with its first event has no increase, so an alert
     * would miss the first job that fails.
     */
    public static void register() {
        for (JobPhase phase : JobPhase.values()) {
            if (phase.terminal()) {
                Kamon.counter(JOBS_ENDED).withTag(PHASE, StableWord.of(phase));
            }
        }
        List.of("planned", "committed", "lost")
                .forEach(event -> Kamon.counter(ASSIGNMENTS).withTag(EVENT, event));
        List.of("relocated", "superseded", "gone", "duplicate")
                .forEach(outcome -> Kamon.counter(RECORDS).withTag(OUTCOME, outcome));
        for (UnmovedRecord.Kind kind : UnmovedRecord.Kind.values()) {
            Kamon.counter(RECORDS).withTag(OUTCOME, StableWord.of(kind));
        }
        Kamon.counter(RELOCATED_BYTES).withoutTags();
        JobGauges.register();
    }

    void count(List<JobEvent> stored) {
        stored.forEach(this::count);
    }

    private void count(JobEvent event) {
        if (event instanceof JobEvent.AssignmentPlanned) {
            countAssignment("planned");
        } else if (event instanceof JobEvent.RelocationsCommitted committed) {
            countAssignment("committed");
            countSettled(committed.tally());
            countUnmoved(committed.failures());
        } else if (event instanceof JobEvent.AssignmentLost lost) {
            countAssignment("lost");
            countUnmoved(lost.failures());
        } else if (event instanceof JobEvent.RecordsExcepted excepted) {
            countUnmoved(excepted.exceptions());
        } else if (event instanceof JobEvent.JobEnded ended) {
            Kamon.counter(JOBS_ENDED)
                    .withTag(PHASE, StableWord.of(ended.phase()))
                    .increment();
        }
    }

    private static void countAssignment(String event) {
        Kamon.counter(ASSIGNMENTS).withTag(EVENT, event).increment();
    }

    private void countSettled(SettledCounts settled) {
        legacy.objects("evacuate", settled.relocated() + settled.superseded() + settled.gone());
        countRecords("relocated", settled.relocated());
        countRecords("superseded", settled.superseded());
        countRecords("gone", settled.gone());
        countRecords("duplicate", settled.duplicate());
        Kamon.counter(RELOCATED_BYTES).withoutTags().increment(settled.bytes());
    }

    private void countUnmoved(List<UnmovedRecord> unmoved) {
        for (UnmovedRecord each : unmoved) {
            String reason = StableWord.of(each.reason());
            switch (each.kind()) {
                case SKIPPED -> legacy.skip(reason, 1);
                case FAILED -> legacy.error(reason, 1);
            }
            countRecords(StableWord.of(each.kind()), 1);
        }
    }

    private static void countRecords(String outcome, long count) {
        Kamon.counter(RECORDS).withTag(OUTCOME, outcome).increment(count);
    }
}
