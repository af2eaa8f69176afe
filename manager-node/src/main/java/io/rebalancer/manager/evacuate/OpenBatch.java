package io.rebalancer.manager.evacuate;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.evacuate.ScanTracker;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.SpaceRules;
import io.rebalancer.core.storage.StorageNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** The objects gathered for one destination. */
final class OpenBatch {
    private final StorageNode destination;
    private final Instant since;
    private final List<Candidate> candidates = new ArrayList<>();
    private long bytes;
    private long mib;

    /** An object to be moved, and the scanned chunk that waits for it. */
    record Candidate(MetadataRecord object, ScanTracker.Chunk chunk) {}

    OpenBatch(StorageNode destination, Instant since) {
        this.destination = destination;
        this.since = since;
    }

    void add(Candidate candidate) {
        candidates.add(candidate);
        bytes += candidate.object().sizeBytes();
        mib += SpaceRules.mibFor(candidate.object().sizeBytes());
    }

    StorageNode destination() {
        return destination;
    }

    Instant since() {
        return since;
    }

    List<Candidate> candidates() {
        return candidates;
    }

    int size() {
        return candidates.size();
    }

    long bytes() {
        return bytes;
    }

    long mib() {
        return mib;
    }

    Assignment toAssignment(UUID id, CopyLocation leaving) {
        return new Assignment(
                id,
                destination.location(),
                candidates.stream()
                        .map(each -> task(each.object(), leaving.storageNode()))
                        .toList());
    }

    /** The leaving node is the source of last resort: it is about to go, and its disks may be why. */
    private static CopyTask task(MetadataRecord object, StorageNodeId leaving) {
        List<StorageNodeId> sources = Stream.concat(
                        object.copies().stream().map(CopyLocation::storageNode).filter(node -> !node.equals(leaving)),
                        Stream.of(leaving))
                .toList();
        return new CopyTask(object.ref(), object.objectId(), object.owner(), object.sizeBytes(), object.md5(), sources);
    }
}
