package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides whether an object is lost. An agent reports that none of the sources of its order has a good copy; the object is
 * lost only if the metadata record as it is now names no other storage node, and still describes the same content. A user may
 * have deleted the object since, and garbage collection its files.
 */
public final class LossRule {

    private LossRule() {}

    /** Whether the agent's report needs this decision. */
    public static boolean appliesTo(UnmovedRecord reported) {
        return reported.reason() == Reason.UNRECOVERABLE;
    }

    /**
     * Returns the record as it is reported to operators.
     *
     * @param task the order to copy the object
     * @param reported what the agent reported
     * @param live the record as just read, or empty if it does not exist
     */
    public static UnmovedRecord judge(CopyTask task, UnmovedRecord reported, Optional<MetadataRecord> live) {
        if (live.isEmpty()) {
            return notProved(reported, "the metadata record is gone; before that");
        }
        MetadataRecord current = live.get();
        if (!current.objectId().equals(task.objectId())
                || !current.md5().equals(task.md5())
                || current.sizeBytes() != task.sizeBytes()) {
            return notProved(reported, "the metadata record has changed since the copy was ordered; before that");
        }
        String notAsked = current.copies().stream()
                .map(CopyLocation::storageNode)
                .filter(node -> !task.sources().contains(node))
                .map(Object::toString)
                .collect(Collectors.joining(", "));
        return notAsked.isEmpty()
                ? reported
                : notProved(reported, "the metadata record also names " + notAsked + ", not asked yet; of the others");
    }

    /** The report of a loss while the record can't be read. */
    public static UnmovedRecord unread(UnmovedRecord reported, String cause) {
        return notProved(reported, "the metadata record can't be read (" + cause + "), so it may name other copies");
    }

    /** As the copies of a source that lacks the file; the next pass decides again. */
    private static UnmovedRecord notProved(UnmovedRecord reported, String why) {
        return new UnmovedRecord(
                reported.record(),
                UnmovedRecord.Kind.SKIPPED,
                Reason.SOURCE_OBJECT_NOT_FOUND,
                why + ": " + reported.detail());
    }
}
