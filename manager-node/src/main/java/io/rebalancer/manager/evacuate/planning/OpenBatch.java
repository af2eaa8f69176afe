package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.SpaceRules;
import io.rebalancer.core.storage.StorageNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The objects gathered for one destination. */
final class OpenBatch {
    private final StorageNode destination;
    private final Instant since;
    private final List<Candidate> candidates = new ArrayList<>();
    private long bytes;
    private long mib;

    /** @param since when the first object was added */
    OpenBatch(StorageNode destination, Instant since) {
        this.destination = destination;
        this.since = since;
    }

    void add(Candidate candidate) {
        candidates.add(candidate);
        bytes += candidate.record().sizeBytes();
        mib += SpaceRules.mibFor(candidate.record().sizeBytes());
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

    /** Space that the objects need on the destination, each rounded up to whole MiB. */
    long mib() {
        return mib;
    }

    Assignment toAssignment(UUID id, CopyLocation leaving) {
        return new Assignment(
                id,
                destination.location(),
                candidates.stream()
                        .map(each -> task(each.record(), leaving.storageNode()))
                        .toList());
    }

    /** The leaving node is the last source to try: it is about to go, perhaps because its disks fail. */
    private static CopyTask task(MetadataRecord record, StorageNodeId leaving) {
        List<StorageNodeId> sources = new ArrayList<>(record.copies().size());
        for (CopyLocation copy : record.copies()) {
            if (!copy.storageNode().equals(leaving)) {
                sources.add(copy.storageNode());
            }
        }
        sources.add(leaving);
        return new CopyTask(record.ref(), record.objectId(), record.owner(), record.sizeBytes(), record.md5(), sources);
    }
}
