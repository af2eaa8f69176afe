package io.rebalancer.manager.reconcile;

import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.manager.reconcile.SecondLooks.OtherCopies;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * Copies objects to a storage node that must have them, from their other copies. The records stay as they are: they are right
 * once the copy is there. The agent moves a bad file into its quarantine when the verified copy gets the name.
 */
final class CopyAgainRepairs implements Repairer {
    private final StorageNodeId node;
    private final SecondLooks looks;
    private final CopyOrders copies;

    CopyAgainRepairs(StorageNodeId node, SecondLooks looks, CopyOrders copies) {
        this.node = node;
        this.looks = looks;
        this.copies = copies;
    }

    @Override
    public List<Finding> carryOut(List<DueRepair> due) throws TimeoutException {
        Map<CopyKey, MetadataRecord> records = new HashMap<>();
        due.forEach(each ->
                each.record().ifPresent(record -> records.put(each.finding().key(), record)));
        Map<CopyKey, OtherCopies> others = looks.othersOf(records);
        Map<UUID, TaskResult> results = copy(records, others);
        Map<CopyKey, CopyFacts> now = looks.filesOn(
                node, due.stream().map(each -> each.finding().key()).toList());
        List<Finding> ended = new ArrayList<>(due.size());
        for (DueRepair each : due) {
            CopyKey key = each.finding().key();
            ended.add(Optional.ofNullable(results.get(key.objectId()))
                    .map(result -> ended(each, result, Optional.ofNullable(now.get(key))))
                    .orElseGet(
                            () -> each.failed("no other storage node of the record has a file of the right length now;"
                                    + " nothing was changed")));
        }
        return ended;
    }

    private Map<UUID, TaskResult> copy(Map<CopyKey, MetadataRecord> records, Map<CopyKey, OtherCopies> others)
            throws TimeoutException {
        List<CopyTask> tasks = new ArrayList<>();
        List<CopyLocation> destinations = new ArrayList<>();
        records.forEach((key, record) -> {
            List<StorageNodeId> sources =
                    others.getOrDefault(key, OtherCopies.NONE).present();
            if (!sources.isEmpty()) {
                tasks.add(task(record, sources));
                destinations.add(location(record));
            }
        });
        return tasks.isEmpty() ? Map.of() : copies.copy(destinations.get(0), tasks);
    }

    private CopyLocation location(MetadataRecord record) {
        return record.copies().stream()
                .filter(copy -> copy.storageNode().equals(node))
                .findFirst()
                .orElseThrow();
    }

    static CopyTask task(MetadataRecord record, List<StorageNodeId> sources) {
        return new CopyTask(record.ref(), record.objectId(), record.owner(), record.sizeBytes(), record.md5(), sources);
    }

    /** The copy must also be seen: an agent that reports too much must not end a finding. */
    private static Finding ended(DueRepair due, TaskResult result, Optional<CopyFacts> now) {
        if (result.failure().isPresent()) {
            return due.failed(result.failure().get() + ": " + result.detail());
        }
        Optional<Long> length = due.record().map(MetadataRecord::sizeBytes);
        boolean seen = now.filter(file -> file.presence() == CopyFacts.Presence.PRESENT)
                .map(CopyFacts::sizeBytes)
                .equals(length);
        return seen
                ? due.repaired(result.bytes() == 0 ? "a file with the right content was there" : "copied and verified")
                : due.failed("the agent reported the copy, but it is not there when it is looked at");
    }
}
