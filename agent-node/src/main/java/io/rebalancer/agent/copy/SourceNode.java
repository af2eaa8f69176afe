package io.rebalancer.agent.copy;

import io.rebalancer.cluster.async.ConcurrencyLimiter;
import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.util.ByteString;

/** A storage node that copies are fetched from, with its limits and a backoff after failures. */
final class SourceNode {
    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(100), Duration.ofSeconds(10));

    private final StorageNodeId id;
    private final URI url;
    private final CopyLimiter agentLimiter;
    private final Throttle throttle;
    private final ConcurrencyLimiter limiter;
    private int failures;
    private long backoffEndNanos = System.nanoTime();

    SourceNode(ActorSystem<?> system, StorageNodeId id, URI url, CopyLimiter agentLimiter) {
        this.id = id;
        this.url = url;
        this.agentLimiter = agentLimiter;
        this.throttle = new Throttle(system, agentLimiter.limits().bytesPerSecondOfSource());
        this.limiter = new ConcurrencyLimiter(() -> agentLimiter.limits().fetchesOfSource());
    }

    URI url() {
        return url;
    }

    /** Runs {@code fetch} as soon as the limits of this node and of the agent allow it. */
    <T> CompletionStage<T> run(Supplier<CompletionStage<T>> fetch) {
        return limiter.run(() -> agentLimiter.run(fetch));
    }

    /** Completes with {@code bytes} as soon as the byte rates of this node and of the agent allow them. */
    CompletionStage<ByteString> throttle(ByteString bytes) {
        return throttle.isUnlimited()
                ? agentLimiter.throttle(bytes)
                : throttle.delay(bytes).thenCompose(agentLimiter::throttle);
    }

    /** Applies the agent's current limits. */
    void applyLimits() {
        throttle.setRate(agentLimiter.limits().bytesPerSecondOfSource());
        limiter.limitRaised();
    }

    synchronized void recordSuccess() {
        failures = 0;
        backoffEndNanos = System.nanoTime();
    }

    synchronized void recordFailure() {
        backoffEndNanos = System.nanoTime() + BACKOFF.delay(failures++).toNanos();
    }

    /** Time until the next fetch should start; zero or less without a backoff. */
    synchronized Duration remainingBackoff() {
        return Duration.ofNanos(backoffEndNanos - System.nanoTime());
    }

    /** Whether no fetch from this node runs or waits. */
    boolean isIdle() {
        return limiter.running() == 0 && limiter.waiting() == 0;
    }

    AgentControl.Source status() {
        int failuresInARow;
        synchronized (this) {
            failuresInARow = failures;
        }
        return new AgentControl.Source(
                id.text(),
                limiter.running(),
                limiter.waiting(),
                failuresInARow,
                remainingBackoff().compareTo(Duration.ZERO) > 0);
    }
}
