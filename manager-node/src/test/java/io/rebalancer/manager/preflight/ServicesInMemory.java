package io.rebalancer.manager.preflight;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.JobPromise;
import io.rebalancer.core.storage.PenaltyReport;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** The register of the fleet with three shards, the registry of jobs, and the states of nodes. Only what checks ask replies. */
final class ServicesInMemory implements MetadataTier, StorageNodeService {
    CompletableFuture<Optional<CopyLocation>> registered;
    List<NodeStatus> outOfService = List.of();
    final Map<Integer, CompletableFuture<Void>> pings = new TreeMap<>();
    private final List<JobService.Summary> jobs = new ArrayList<>();
    private boolean hanging;

    ServicesInMemory(CopyLocation node) {
        registered = CompletableFuture.completedFuture(Optional.of(node));
        List.of(1, 2, 3).forEach(shard -> pings.put(shard, CompletableFuture.completedFuture(null)));
    }

    UUID addJob(String node, boolean ended) {
        UUID id = UUID.randomUUID();
        jobs.add(new JobService.Summary(id, node, Instant.EPOCH, ended, false));
        return id;
    }

    /** Nothing replies from now on. */
    void hang() {
        hanging = true;
        pings.replaceAll((shard, ping) -> new CompletableFuture<>());
    }

    private <T> CompletionStage<T> reply(T value) {
        return hanging ? new CompletableFuture<>() : CompletableFuture.completedFuture(value);
    }

    /** A registry that lists its jobs and does nothing else. */
    JobService jobs() {
        return (JobService) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {JobService.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("list")) {
                        return reply(List.copyOf(jobs));
                    }
                    throw new AssertionError("a check calls " + method);
                });
    }

    @Override
    public CompletionStage<List<NodeStatus>> outOfService() {
        return reply(outOfService);
    }

    @Override
    public CompletionStage<List<FleetNode>> fleet() {
        throw new AssertionError("checks ask the directory");
    }

    @Override
    public CompletionStage<List<UUID>> emptiedBy(StorageNodeId node) {
        throw new AssertionError("no check needs the jobs of a node");
    }

    @Override
    public CompletionStage<Optional<List<JobPromise>>> destinationOf(StorageNodeId node) {
        throw new AssertionError("no check needs the jobs of a node");
    }

    @Override
    public CompletionStage<Set<UUID>> jobsAmong(Set<UUID> ids) {
        throw new AssertionError("no check needs the jobs of a node");
    }

    @Override
    public CompletionStage<Optional<List<PenaltyReport>>> penalties() {
        throw new AssertionError("no check needs penalties");
    }

    @Override
    public CompletionStage<Void> recommission(StorageNodeId node) {
        throw new AssertionError("a check changes nothing");
    }

    @Override
    public CompletionStage<Void> exclude(StorageNodeId node) {
        throw new AssertionError("a check changes nothing");
    }

    @Override
    public CompletionStage<Void> remove(StorageNodeId node) {
        throw new AssertionError("a check changes nothing");
    }

    @Override
    public List<Integer> shards() {
        return List.copyOf(pings.keySet());
    }

    @Override
    public CompletionStage<Void> ping(int shard) {
        return pings.getOrDefault(shard, new CompletableFuture<>());
    }

    @Override
    public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
        return registered;
    }

    @Override
    public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        throw new AssertionError("a check reads no record");
    }

    @Override
    public CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds) {
        throw new AssertionError("a check reads no record");
    }

    @Override
    public CompletionStage<Boolean> moveCopies(
            List<MetadataRecord> records, StorageNodeId leaving, CopyLocation destination, BooleanSupplier maySend) {
        throw new AssertionError("a check changes nothing");
    }

    @Override
    public CompletionStage<Boolean> addCopy(
            List<MetadataRecord> records, CopyLocation destination, BooleanSupplier maySend) {
        throw new AssertionError("a check changes nothing");
    }

    @Override
    public CompletionStage<Void> proveWritable(int shard) {
        throw new AssertionError("a check changes nothing");
    }
}
