package io.rebalancer.manager.reconcile;

import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.manager.reconcile.SecondLooks.OtherCopies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Makes a further copy of objects whose records name too few storage nodes: takes a lease of space on a node that placement
 * chooses, copies the object there, and then adds the node to the records, unless they have changed meanwhile.
 */
final class AddCopyRepairs implements Repairer {
    private static final Duration LEASE_POLL = Duration.ofMillis(100);
    /** How often a destination is chosen if others are promised its space meanwhile. */
    private static final int CHOICES = 3;

    private final int leastCopies;
    private final SecondLooks looks;
    private final CopyOrders copies;
    private final NewCopyPlacement placement;
    private final MetadataTier tier;
    private final BooleanSupplier maySend;
    private final RunScope scope;
    private final Duration timeout;

    /** @param maySend whether this incarnation may write metadata now */
    AddCopyRepairs(
            int leastCopies,
            SecondLooks looks,
            CopyOrders copies,
            NewCopyPlacement placement,
            MetadataTier tier,
            BooleanSupplier maySend,
            RunScope scope,
            Duration timeout) {
        this.leastCopies = leastCopies;
        this.looks = looks;
        this.copies = copies;
        this.placement = placement;
        this.tier = tier;
        this.maySend = maySend;
        this.scope = scope;
        this.timeout = timeout;
    }

    /** A repair with the object's copies that exist, and where the new one goes. */
    private record Placed(
            DueRepair due, MetadataRecord record, List<StorageNodeId> sources, CopyLocation destination) {}

    /** A repair with the object's copies that exist. */
    private record Sourced(DueRepair due, MetadataRecord record, List<StorageNodeId> sources) {}

    @Override
    public List<Finding> carryOut(List<DueRepair> due) throws TimeoutException {
        Map<CopyKey, MetadataRecord> records = new HashMap<>();
        due.forEach(each ->
                each.record().ifPresent(record -> records.put(each.finding().key(), record)));
        Map<CopyKey, OtherCopies> existing = looks.copiesOf(records);
        List<Finding> ended = new ArrayList<>(due.size());
        List<Sourced> open = new ArrayList<>();
        for (DueRepair each : due) {
            List<StorageNodeId> sources = existing.getOrDefault(each.finding().key(), OtherCopies.NONE)
                    .present();
            if (sources.isEmpty()) {
                ended.add(each.failed(
                        "no storage node of the record has a file of the right length; nothing was changed"));
            } else {
                open.add(new Sourced(each, each.record().orElseThrow(), sources));
            }
        }
        for (int choice = 0; choice < CHOICES && !open.isEmpty(); choice++) {
            open = copy(open, ended);
        }
        open.forEach(each -> ended.add(each.due()
                .failed("the space on each chosen storage node was promised to others; a later run tries again")));
        return ended;
    }

    /** Returns those whose destination was promised to others meanwhile. */
    private List<Sourced> copy(List<Sourced> objects, List<Finding> ended) {
        NewCopyPlacement.Round round;
        try {
            round = placement.begin();
        } catch (RunFault | TimeoutException e) {
            objects.forEach(each -> ended.add(each.due()
                    .failed("no destination was chosen, because the fleet or its promised space is not known: "
                            + OneLine.of(e))));
            return List.of();
        }
        Map<CopyLocation, List<Placed>> byDestination = new LinkedHashMap<>();
        for (Sourced each : objects) {
            NewCopyPlacement.Choice choice = round.choose(each.record());
            choice.destination()
                    .ifPresentOrElse(
                            destination -> byDestination
                                    .computeIfAbsent(destination, key -> new ArrayList<>())
                                    .add(new Placed(each.due(), each.record(), each.sources(), destination)),
                            () -> ended.add(
                                    each.due().failed("no storage node can take a further copy: " + choice.reason())));
        }
        List<Sourced> refused = new ArrayList<>();
        byDestination.forEach((destination, placed) -> {
            if (!copyTo(round, destination, placed, ended)) {
                placed.forEach(each -> refused.add(new Sourced(each.due(), each.record(), each.sources())));
            }
        });
        return refused;
    }

    /**
     * Returns whether the destination had space. The lease of copies whose end is not known stays until the run ends: the agent may
     * still make them.
     */
    private boolean copyTo(
            NewCopyPlacement.Round round, CopyLocation destination, List<Placed> placed, List<Finding> ended) {
        List<CopyTask> tasks = placed.stream()
                .map(each -> CopyAgainRepairs.task(each.record(), each.sources()))
                .toList();
        try {
            Optional<SpaceLease> lease = placement.lease(
                    round, destination, placed.stream().map(Placed::record).toList());
            if (lease.isEmpty()) {
                return false;
            }
            Map<UUID, TaskResult> results = copies.copy(destination, tasks);
            placement.giveBack(lease.get());
            placed.forEach(each -> ended.add(
                    ended(each, Optional.ofNullable(results.get(each.record().objectId())))));
        } catch (RunFault | TimeoutException e) {
            // Another destination may still take its copies.
            placed.forEach(each ->
                    ended.add(each.due().failed(destination.storageNode() + " made no copy: " + OneLine.of(e))));
        }
        return true;
    }

    private Finding ended(Placed placed, Optional<TaskResult> result) {
        DueRepair due = placed.due();
        StorageNodeId destination = placed.destination().storageNode();
        Optional<String> failure = result.map(each -> each.failure().map(reason -> reason + ": " + each.detail()))
                .orElse(Optional.of("its agent reported no result"));
        if (failure.isPresent()) {
            return due.failed("the copy to " + destination + " failed: " + failure.get());
        }
        try {
            return addToRecords(due, placed.destination())
                    ? due.repaired("a further copy is on " + destination)
                    : due.failed("the record has changed meanwhile; the copy on " + destination
                            + " has no record, and a later run finds it");
        } catch (RunFault | TimeoutException e) {
            return due.failed(
                    "the copy is on " + destination + ", but its record could not be changed: " + OneLine.of(e));
        }
    }

    /** An incarnation that has just begun waits for the lease of the one before to expire, and for its own. */
    private void awaitPermission() throws TimeoutException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!maySend.getAsBoolean()) {
            if (System.nanoTime() - end >= 0) {
                throw new TimeoutException(
                        "the journal has not confirmed that this manager has the run; a later run tries again");
            }
            scope.report("waits for the journal to confirm that this manager has the run");
            scope.pause(LEASE_POLL);
        }
    }

    /** Each shard is changed as a whole, or not at all; a shard that is changed stays so if the next one fails. */
    private boolean addToRecords(DueRepair due, CopyLocation destination) throws TimeoutException {
        Map<Integer, List<MetadataRecord>> byShard = due.records().stream()
                .filter(record -> record.copies().stream()
                                .map(CopyLocation::storageNode)
                                .distinct()
                                .count()
                        < leastCopies)
                .collect(Collectors.groupingBy(record -> record.ref().shard(), TreeMap::new, Collectors.toList()));
        boolean all = true;
        for (List<MetadataRecord> records : byShard.values()) {
            awaitPermission();
            all &= scope.await(tier.addCopy(records, destination, maySend), timeout);
        }
        return all;
    }
}
