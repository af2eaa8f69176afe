package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.text.StableWord;
import java.util.List;
import kamon.Kamon;

/** Counts the events of jobs, once each, when an event is stored. A replay counts nothing. */
final class JobMetrics {
    private static final String RECORDS = "rebalancer.records";
    private static final String OUTCOME = "outcome";
    private static final String ASSIGNMENTS = "rebalancer.assignments";

    private final LegacyMetrics legacy;

    JobMetrics(LegacyMetrics legacy) {
        this.legacy = legacy;
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
            Kamon.counter("rebalancer.jobs.ended")
                    .withTag("phase", StableWord.of(ended.phase()))
                    .increment();
        }
    }

    private static void countAssignment(String event) {
        Kamon.counter(ASSIGNMENTS).withTag("event", event).increment();
    }

    private void countSettled(SettledCounts settled) {
        legacy.objects("evacuate", settled.relocated() + settled.superseded() + settled.gone());
        countRecords("relocated", settled.relocated());
        countRecords("superseded", settled.superseded());
        countRecords("gone", settled.gone());
        countRecords("duplicate", settled.duplicate());
        Kamon.counter("rebalancer.relocated.bytes").withoutTags().increment(settled.bytes());
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
