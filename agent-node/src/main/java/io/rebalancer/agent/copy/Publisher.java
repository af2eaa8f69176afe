package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives groups of verified copies their names, and measures the flush. Blocking. */
final class Publisher {
    private static final Logger LOGGER = LoggerFactory.getLogger(Publisher.class);

    private final ObjectStore store;
    private final CopyLimiter limiter;

    Publisher(ObjectStore store, CopyLimiter limiter) {
        this.store = store;
        this.limiter = limiter;
    }

    /** Publishes the copies, closes their objects and returns the outcome of each. Throws nothing. */
    Map<PendingCopy, CopyOutcome> publish(List<PendingCopy> group) {
        List<IncomingObject> objects =
                group.stream().map(copy -> copy.progress().incoming()).toList();
        long bytes = objects.stream().mapToLong(IncomingObject::writtenBytes).sum();
        long startNanos = System.nanoTime();
        Map<PendingCopy, CopyOutcome> outcomes = new HashMap<>();
        try {
            Map<IncomingObject, IOException> failures = store.publish(objects);
            limiter.recordFlush(Duration.ofNanos(System.nanoTime() - startNanos), forces(group), bytes);
            for (PendingCopy copy : group) {
                IOException failure = failures.get(copy.progress().incoming());
                outcomes.put(
                        copy,
                        failure == null
                                ? CopyOutcome.published(
                                        copy.order(), copy.progress().incoming())
                                : CopyOutcome.failed(copy.order(), CopyFailure.from(failure)));
            }
        } catch (RuntimeException e) {
            LOGGER.error("copies={} not published because of an unexpected error", group.size(), e);
            group.forEach(copy -> outcomes.put(copy, CopyOutcome.failed(copy.order(), CopyFailure.from(e))));
        }
        group.forEach(Fetcher::close);
        return outcomes;
    }

    /** The files, and the directory of each owner. */
    private static int forces(List<PendingCopy> group) {
        return group.size()
                + (int) group.stream()
                        .map(copy -> copy.key().owner())
                        .distinct()
                        .count();
    }
}
