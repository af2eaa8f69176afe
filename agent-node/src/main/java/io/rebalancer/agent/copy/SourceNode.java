package io.rebalancer.agent.copy;

import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.apache.hc.core5.http.HttpHost;

/**
 * A storage node that copies are fetched from, with its limits and a backoff after failures. A node that fails gets a
 * quarter of its fetches at a time, so that it does not occupy the agent.
 */
final class SourceNode {
    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(100), Duration.ofSeconds(3));

    private static final int SHARE_OF_FAILING = 4;

    private final StorageNodeId id;
    private final URI url;
    private final HttpHost host;
    private final String path;
    private final Throttle throttle;
    private volatile int maxFetches;
    private int running;
    private int failures;
    private long backoffEndNanos = System.nanoTime();

    SourceNode(StorageNodeId id, URI url, CopyLimits limits) {
        this.id = id;
        this.url = url;
        this.host = HttpHost.create(url);
        this.path = Optional.ofNullable(url.getRawPath()).orElse("");
        this.throttle = new Throttle(limits.bytesPerSecondOfSource());
        this.maxFetches = limits.fetchesOfSource();
    }

    StorageNodeId id() {
        return id;
    }

    URI url() {
        return url;
    }

    HttpHost host() {
        return host;
    }

    /** The path of the object root; without a slash at its end. */
    String path() {
        return path;
    }

    Throttle throttle() {
        return throttle;
    }

    void setLimits(CopyLimits limits) {
        maxFetches = limits.fetchesOfSource();
        throttle.setRate(limits.bytesPerSecondOfSource());
    }

    /** Whether the limits allow a further fetch, and the node is not in backoff. */
    synchronized boolean canStart() {
        return running < (failures == 0 ? maxFetches : Math.max(1, maxFetches / SHARE_OF_FAILING)) && !isInBackoff();
    }

    synchronized void recordStart() {
        running++;
    }

    synchronized void recordEnd() {
        running--;
    }

    synchronized void recordSuccess() {
        failures = 0;
        backoffEndNanos = System.nanoTime();
    }

    synchronized void recordFailure() {
        backoffEndNanos = System.nanoTime() + BACKOFF.delay(failures++).toNanos();
    }

    boolean isInBackoff() {
        return backoffNanos() > 0;
    }

    /** Nanoseconds until the next fetch may start; zero or less without a backoff. */
    synchronized long backoffNanos() {
        return backoffEndNanos - System.nanoTime();
    }

    synchronized int running() {
        return running;
    }

    synchronized int failures() {
        return failures;
    }
}
