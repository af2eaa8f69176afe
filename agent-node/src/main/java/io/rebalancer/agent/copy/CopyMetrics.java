package io.rebalancer.agent.copy;

import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.text.StableWord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.RangeSampler;
import kamon.metric.Timer;

/** Counts an agent's copies, measures the time its assignments take, and traces a sample of them. */
public final class CopyMetrics {
    private static final String COPIES = "rebalancer.copies";
    private static final String RESULT = "result";
    private static final String MADE = "made";
    private static final String THERE = "there";
    private static final String CANCELLED = "cancelled";

    private final LegacyMetrics legacyMetrics;
    private final CopyTraces traces;
    private final RangeSampler waiting =
            Kamon.rangeSampler("rebalancer.copies.waiting").withoutTags();
    private final RangeSampler running =
            Kamon.rangeSampler("rebalancer.copies.running").withoutTags();
    private final Timer assignments = Kamon.timer("rebalancer.assignment").withoutTags();
    private final Counter fenced = Kamon.counter("rebalancer.orders.fenced").withoutTags();
    private final Map<String, Counter> ended = new ConcurrentHashMap<>();
    private final Map<UUID, Long> startNanos = new ConcurrentHashMap<>();

    public CopyMetrics(LegacyMetrics legacyMetrics, CopyTraces traces) {
        this.legacyMetrics = legacyMetrics;
        this.traces = traces;
        // From 0 on: a counter that begins with its first event shows no increase.
        List.of(MADE, THERE, CANCELLED).forEach(this::ended);
    }

    /** Records that the agent accepted an assignment, or resumed it after a restart. */
    public void recordAssignmentStart(UUID assignmentId) {
        startNanos.put(assignmentId, System.nanoTime());
        traces.startAssignment(assignmentId);
    }

    /** Records that all copies of an assignment have ended. A second call for the same assignment has no effect. */
    public void recordAssignmentEnd(UUID assignmentId) {
        Long start = startNanos.remove(assignmentId);
        if (start != null) {
            Duration duration = Duration.ofNanos(System.nanoTime() - start);
            legacyMetrics.assignment(duration);
            assignments.record(duration);
            traces.endAssignment(assignmentId);
        }
    }

    /** Records that the agent refused an order with a stale epoch. */
    public void recordFencedOrder() {
        fenced.increment();
    }

    void recordQueuedCopy() {
        waiting.increment();
    }

    void recordCopyStart(CopyOrder order) {
        waiting.decrement();
        running.increment();
        traces.startCopy(order);
    }

    /** Records that the content of a copy is complete and verified; it is not durable yet. */
    void recordVerifiedCopy(CopyOrder order) {
        traces.markVerified(order);
    }

    void recordCancelledCopy(CopyOrder order, boolean started) {
        (started ? running : waiting).decrement();
        traces.cancelCopy(order);
        ended(CANCELLED).increment();
    }

    CopyOutcome recordCopyEnd(CopyOutcome outcome) {
        running.decrement();
        traces.endCopy(outcome);
        legacyMetrics.objects("total", 1);
        String result = outcome.result()
                .failure()
                .map(StableWord::of)
                .orElse(outcome.result().created() ? MADE : THERE);
        outcome.result().failure().ifPresent(reason -> legacyMetrics.error(StableWord.of(reason), 1));
        ended(result).increment();
        legacyMetrics.bytes(outcome.result().bytes());
        return outcome;
    }

    private Counter ended(String result) {
        return ended.computeIfAbsent(result, each -> Kamon.counter(COPIES).withTag(RESULT, each));
    }
}
