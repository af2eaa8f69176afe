package io.rebalancer.agent.copy;

import io.rebalancer.cluster.async.ConcurrencyLimiter;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.util.ByteString;

/** A storage node that copies are fetched from: so many at a time, and none for a while after it failed. */
final class SourceNode {
    private static final long MIN_REST_MILLIS = 100;
    private static final long MAX_REST_MILLIS = 10_000;

    private final StorageNodeId id;
    private final URI url;
    private final CopyLimiter pace;
    private final Throttle throttle;
    private final ConcurrencyLimiter limiter;
    private int failures;
    private long restUntilNanos = System.nanoTime();

    SourceNode(ActorSystem<?> system, StorageNodeId id, URI url, CopyLimiter pace) {
        this.id = id;
        this.url = url;
        this.pace = pace;
        this.throttle = new Throttle(system, pace.limits().bytesPerSecondOfSource());
        this.limiter = new ConcurrencyLimiter(() -> pace.limits().fetchesOfSource());
    }

    URI url() {
        return url;
    }

    <T> CompletionStage<T> within(Supplier<CompletionStage<T>> fetch) {
        return limiter.run(() -> pace.within(fetch));
    }

    /** Completes when both this node's rate and the agent's allow the bytes. */
    CompletionStage<ByteString> pass(ByteString bytes) {
        return throttle.isOpen() ? pace.pass(bytes) : throttle.pass(bytes).thenCompose(pace::pass);
    }

    /** Takes over limits that were chosen anew. */
    void limitsChanged() {
        throttle.set(pace.limits().bytesPerSecondOfSource());
        limiter.limitRaised();
    }

    synchronized void succeeded() {
        failures = 0;
        restUntilNanos = System.nanoTime();
    }

    synchronized void failed() {
        long ceiling = Math.min(MAX_REST_MILLIS, MIN_REST_MILLIS << Math.min(failures++, 10));
        long millis = ceiling / 2 + ThreadLocalRandom.current().nextLong(ceiling / 2 + 1);
        restUntilNanos = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    }

    /** How long it is still left alone; zero or less if it is not. */
    synchronized Duration rest() {
        return Duration.ofNanos(restUntilNanos - System.nanoTime());
    }

    /** Whether nothing is fetched from it, or waits for it. */
    boolean idle() {
        return limiter.running() == 0 && limiter.waiting() == 0;
    }

    AgentControl.Source status() {
        int failed;
        synchronized (this) {
            failed = failures;
        }
        return new AgentControl.Source(
                id.text(), limiter.running(), limiter.waiting(), failed, rest().compareTo(Duration.ZERO) > 0);
    }
}
