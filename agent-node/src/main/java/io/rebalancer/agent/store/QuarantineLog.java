package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import kamon.Kamon;
import kamon.metric.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs each file that loses its object's name, and counts it in {@code rebalancer.store.quarantined}. Other content with
 * an object's name is a sign of a damaged file, or of a wrong digest in the metadata.
 */
final class QuarantineLog {
    private static final Logger LOGGER = LoggerFactory.getLogger(QuarantineLog.class);

    private final Counter quarantined =
            Kamon.counter("rebalancer.store.quarantined").withoutTags();

    /** The file lost its object's name. */
    void moved(QuarantineItem item) {
        quarantined.increment();
        boolean replaced = item.reason() == QuarantineReason.REPLACED;
        LOGGER.atLevel(replaced ? Level.WARN : Level.INFO)
                .log(
                        "object={} {}: path={} reason={} found-md5={} expected-md5={} bytes={} note=[{}] quarantined={}{}",
                        item.key().objectId(),
                        replaced ? "replaces a file with other content" : "is no longer needed here",
                        item.key().relativePath(),
                        item.reason().word(),
                        item.evidence().found().map(ContentMd5::base64).orElse("unknown"),
                        item.evidence().expected().map(ContentMd5::base64).orElse("unknown"),
                        item.sizeBytes(),
                        item.note().map(FileNote::text).orElse("none"),
                        item.id(),
                        replaced ? "; compare the metadata record with both files" : "");
    }

    /** The file was removed from the quarantine. */
    void expired(QuarantineIndex.Entry entry) {
        LOGGER.info(
                "quarantined={} has expired and is removed: since={} bytes={}",
                entry.name(),
                entry.time(),
                entry.bytes());
    }
}
