package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.SettledCounts;
import java.util.List;
import java.util.Locale;
import kamon.Kamon;

/** Counts what jobs do, once for each event when it is stored; a replay counts nothing. */
final class JobMetrics {
    private static final String RECORDS = "rebalancer.records";
    private static final String OUTCOME = "outcome";
    private static final String ASSIGNMENTS = "rebalancer.assignments";

    private final LegacyMetrics older;

    JobMetrics(LegacyMetrics older) {
        this.older = older;
    }

    void stored(List<JobEvent> events) {
        events.forEach(this::stored);
    }

    private void stored(JobEvent event) {
        if (event instanceof JobEvent.AssignmentPlanned) {
            assignment("planned");
        } else if (event instanceof JobEvent.RelocationsCommitted committed) {
            assignment("committed");
            settled(committed.tally());
            excepted(committed.failures());
        } else if (event instanceof JobEvent.AssignmentLost lost) {
            assignment("lost");
            excepted(lost.failures());
        } else if (event instanceof JobEvent.RecordsExcepted excepted) {
            excepted(excepted.exceptions());
        } else if (event instanceof JobEvent.JobEnded ended) {
            Kamon.counter("rebalancer.jobs.ended")
                    .withTag("phase", word(ended.phase()))
                    .increment();
        }
    }

    private static void assignment(String what) {
        Kamon.counter(ASSIGNMENTS).withTag("event", what).increment();
    }

    private void settled(SettledCounts tally) {
        older.objects("evacuate", tally.relocated() + tally.superseded() + tally.gone());
        records("relocated", tally.relocated());
        records("superseded", tally.superseded());
        records("gone", tally.gone());
        records("duplicate", tally.duplicate());
        Kamon.counter("rebalancer.relocated.bytes").withoutTags().increment(tally.bytes());
    }

    private void excepted(List<UnmovedRecord> exceptions) {
        for (UnmovedRecord exception : exceptions) {
            String reason = word(exception.reason());
            switch (exception.kind()) {
                case SKIPPED -> older.skip(reason, 1);
                case FAILED -> older.error(reason, 1);
            }
            records(word(exception.kind()), 1);
        }
    }

    private static void records(String outcome, long count) {
        Kamon.counter(RECORDS).withTag(OUTCOME, outcome).increment(count);
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
