package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.CandidateRules.LiveRecord;
import io.rebalancer.core.reconcile.CandidateRules.SecondLook;
import io.rebalancer.manager.metadata.MantaRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Looks at records and files as they are now: at the records on the primaries of all shards, at the files through the agents.
 * A shard that does not answer makes what is concluded from a missing record unknown; it fails nothing.
 */
final class SecondLooks {
    private final ReconcileResources resources;
    private final StorageNodeId node;
    private final RunScope scope;
    private final Duration timeout;

    SecondLooks(ReconcileResources resources, StorageNodeId node, RunScope scope, Duration timeout) {
        this.resources = resources;
        this.node = node;
        this.scope = scope;
        this.timeout = timeout;
    }

    /**
     * The second looks at copies, in the same order.
     *
     * @param keys at most {@link NodeInventory#MAX_KEYS}
     * @throws TimeoutException if the agent of the node does not answer
     */
    List<SecondLook> at(List<CopyKey> keys) throws TimeoutException {
        Map<CopyKey, List<LiveRecord>> records = new HashMap<>();
        boolean allShards = readRecords(keys, records);
        List<CopyFacts> facts = scope.await(resources.inventories().of(node).look(keys), timeout);
        List<SecondLook> looks = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            looks.add(new SecondLook(records.getOrDefault(keys.get(i), List.of()), allShards, facts.get(i)));
        }
        return looks;
    }

    /** Returns whether all shards answered. */
    private boolean readRecords(List<CopyKey> keys, Map<CopyKey, List<LiveRecord>> found) {
        List<UUID> ids = keys.stream().map(CopyKey::objectId).distinct().toList();
        List<CompletionStage<List<MetadataRecord>>> answers = resources.tier().shards().stream()
                .map(shard -> resources.tier().recordsOf(shard, ids))
                .toList();
        boolean all = true;
        for (CompletionStage<List<MetadataRecord>> answer : answers) {
            try {
                for (MetadataRecord record : scope.await(answer, timeout)) {
                    found.computeIfAbsent(new CopyKey(record.owner(), record.objectId()), key -> new ArrayList<>())
                            .add(new LiveRecord(record, MantaRecord.modifiedMillis(record)));
                }
            } catch (RunFault | TimeoutException e) {
                all = false;
            }
        }
        return all;
    }

    /**
     * Where an object's other copies are.
     *
     * @param present storage nodes that have a file of the right length
     * @param unknown copies of which it could not be found out
     */
    record OtherCopies(List<StorageNodeId> present, int unknown) {
        static final OtherCopies NONE = new OtherCopies(List.of(), 0);

        OtherCopies {
            present = List.copyOf(present);
        }

        private OtherCopies plus(OtherCopies other) {
            List<StorageNodeId> both = new ArrayList<>(present);
            both.addAll(other.present);
            return new OtherCopies(both, unknown + other.unknown);
        }
    }

    /** Looks for the copies of objects on the other storage nodes that their records name. */
    Map<CopyKey, OtherCopies> othersOf(Map<CopyKey, MetadataRecord> objects) {
        return copiesOn(objects, other -> !other.equals(node));
    }

    /** Looks for the copies of objects on all storage nodes that their records name. */
    Map<CopyKey, OtherCopies> copiesOf(Map<CopyKey, MetadataRecord> objects) {
        return copiesOn(objects, each -> true);
    }

    private Map<CopyKey, OtherCopies> copiesOn(Map<CopyKey, MetadataRecord> objects, Predicate<StorageNodeId> wanted) {
        Map<StorageNodeId, List<CopyKey>> byNode = new HashMap<>();
        objects.forEach((key, record) -> record.copies().stream()
                .map(CopyLocation::storageNode)
                .filter(wanted)
                .distinct()
                .forEach(other ->
                        byNode.computeIfAbsent(other, each -> new ArrayList<>()).add(key)));
        Map<CopyKey, OtherCopies> found = new HashMap<>();
        byNode.forEach((other, keys) -> filesOn(other, keys)
                .forEach((key, facts) -> Optional.ofNullable(objects.get(key))
                        .ifPresent(record -> found.merge(key, others(other, facts, record), OtherCopies::plus))));
        return found;
    }

    /** The files on one storage node; those of a node that does not answer are unknown. */
    Map<CopyKey, CopyFacts> filesOn(StorageNodeId other, List<CopyKey> keys) {
        Map<CopyKey, CopyFacts> facts = new HashMap<>();
        try {
            scope.await(resources.inventories().of(other).look(keys), timeout)
                    .forEach(each -> facts.put(each.key(), each));
        } catch (RunFault | TimeoutException e) {
            keys.forEach(key -> facts.put(key, new CopyFacts(key, CopyFacts.Presence.UNKNOWN, 0, 0, 0)));
        }
        return facts;
    }

    private static OtherCopies others(StorageNodeId other, CopyFacts facts, MetadataRecord record) {
        return switch (facts.presence()) {
            case PRESENT ->
                facts.sizeBytes() == record.sizeBytes() ? new OtherCopies(List.of(other), 0) : OtherCopies.NONE;
            case ABSENT -> OtherCopies.NONE;
            case IN_USE, UNKNOWN -> new OtherCopies(List.of(), 1);
        };
    }
}
