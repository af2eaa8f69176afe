package io.rebalancer.playground;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.PlaygroundFault;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.ShardAddress;
import io.rebalancer.playground.region.RegionSurvey.StoredRecord;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.StreamSupport;

/** A region of many metadata shards with one job, and one shard that can be stopped. */
final class OutageRun implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static final String LEAVING = RegionPlan.storageId(1);

    private final Playground playground;
    private final ManagerClient client;
    private final List<ShardAddress> shards;
    private final int awayShard;

    /**
     * Starts all nodes. The shard to stop is the last one with a record that names the leaving node; the first one has the
     * bucket of storage nodes, without which no job can be created.
     */
    OutageRun(Path directory, RegionPlan plan, ClusterPlan cluster) throws Exception {
        Path run = WorkDirectory.prepare(directory);
        this.playground = Playground.open(
                new PlaygroundOptions(plan, run, Optional.of(LEAVING), cluster, false, false), run, Terminal.silent());
        this.client = new ManagerClient(List.of(URI.create(playground.managerUrl())));
        this.shards = playground.region().shards();
        List<StoredRecord> leaving = onLeavingNode();
        this.awayShard = leaving.get(leaving.size() - 1).shard();
    }

    /** Number of the shard that {@link #stopShard} stops. */
    int awayShard() {
        return awayShard;
    }

    /** Copies that can't be committed during the outage may be made again: as many as are in flight when it begins. */
    void stopShard() throws Exception {
        JsonNode job = job();
        playground.region().stopShard(awayShard);
        playground.recordFault(new KillRecord(
                "metadata shard " + awayShard,
                0,
                JobWatch.settled(job),
                job.path("inFlight").asLong()));
    }

    void startShard() throws Exception {
        playground.region().startShard(awayShard);
    }

    /** Creates the job. The result is the report, once the job has ended and the region is verified. */
    CompletableFuture<RunReport> evacuate() {
        return evacuate(() -> {});
    }

    /** Stops the shard, then creates the job. */
    CompletableFuture<RunReport> evacuateWithoutTheShard() {
        return evacuate(() -> playground.region().stopShard(awayShard));
    }

    private CompletableFuture<RunReport> evacuate(Playground.Disturbance disturbance) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return playground.evacuate(LEAVING, disturbance);
            } catch (IOException | InterruptedException | PlaygroundFault e) {
                throw new CompletionException(e);
            }
        });
    }

    /** The job as API v1 shows it now. */
    JsonNode job() {
        return await().atMost(TIMEOUT).until(this::readJob, Optional::isPresent).orElseThrow();
    }

    private Optional<JsonNode> readJob() throws InterruptedException {
        List<String> ids = client.jobIds();
        return ids.isEmpty() ? Optional.empty() : client.job(ids.get(0));
    }

    /** What the job waits for at the stopped shard; empty if it does not name the shard. */
    Optional<JsonNode> waitForShard() {
        return StreamSupport.stream(job().path("waiting").spliterator(), false)
                .filter(wait -> wait.path("cause").asText().equals("metadata_shard"))
                .filter(wait -> wait.path("detail").asText().startsWith("metadata shard " + awayShard + ":"))
                .findFirst();
    }

    /** The records of all shards that name the leaving node. The shards must answer. */
    List<StoredRecord> onLeavingNode() throws IOException {
        return onLeavingNode(shards);
    }

    /** The records of the other shards that name the leaving node. */
    List<StoredRecord> ofOtherShards() throws IOException {
        return onLeavingNode(
                shards.stream().filter(shard -> shard.number() != awayShard).toList());
    }

    private static List<StoredRecord> onLeavingNode(List<ShardAddress> shards) throws IOException {
        return RegionSurvey.read(shards).stream()
                .filter(record -> record.names(LEAVING))
                .toList();
    }

    @Override
    public void close() {
        playground.close();
    }
}
