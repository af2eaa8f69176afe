package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
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

    private final Map<QuarantineReason, Counter> quarantined = new EnumMap<>(QuarantineReason.class);

    QuarantineLog() {
        for (QuarantineReason reason : QuarantineReason.values()) {
            quarantined.put(
                    reason, Kamon.counter("rebalancer.store.quarantined").withTag("reason", reason.word()));
        }
    }

    /** The file lost its object's name. */
    void moved(QuarantineItem item) {
        Objects.requireNonNull(quarantined.get(item.reason())).increment();
        boolean replaced = item.reason() == QuarantineReason.REPLACED;
        LOGGER.atLevel(replaced ? Level.WARN : Level.INFO)
                .log(
                        "object={} {}: path={} reason={} found-md5={} expected-md5={} bytes={} note=[{}] run={} quarantined={}{}",
                        item.key().objectId(),
                        what(item.reason()),
                        item.key().relativePath(),
                        item.reason().word(),
                        item.evidence().found().map(ContentMd5::base64).orElse("unknown"),
                        item.evidence().expected().map(ContentMd5::base64).orElse("unknown"),
                        item.sizeBytes(),
                        item.note().map(FileNote::text).orElse("none"),
                        item.evidence().runId().map(UUID::toString).orElse("none"),
                        item.id(),
                        replaced ? "; compare the metadata record with both files" : "");
    }

    private static String what(QuarantineReason reason) {
        return switch (reason) {
            case REPLACED -> "replaces a file with other content";
            case DISCARDED -> "is no longer needed here";
            case ORPHAN -> "has a file here that no metadata record names";
        };
    }

    /** An order removed the file for good. */
    void purged(QuarantineIndex.Entry entry) {
        LOGGER.info(
                "quarantined={} was deleted by an order: moved={} bytes={} path={}",
                entry.name(),
                entry.time(),
                entry.bytes(),
                entry.movedBy().map(moved -> moved.key().relativePath()).orElse("unknown"));
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
