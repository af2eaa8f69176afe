package io.rebalancer.playground;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.playground.console.PlaygroundFault;
import io.rebalancer.playground.moray.MorayTable;
import io.rebalancer.playground.region.RegionContents;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey.ShardAddress;
import io.rebalancer.playground.region.SimulatedNode;
import io.rebalancer.playground.region.StorageNodeRecord;
import io.rebalancer.playground.server.FileServer;
import io.rebalancer.playground.server.MorayServer;
import io.rebalancer.playground.server.StorinfoServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.LongConsumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.ServerBinding;

/** A running simulated region: metadata shards, storinfo, and the file servers of the storage nodes, on loopback. */
final class Region implements AutoCloseable {
    static final String HOST = "127.0.0.1";

    private final Map<Integer, Instant> lastWrites = new ConcurrentHashMap<>();
    private final ActorSystem<Void> system;
    private final RegionPlan plan;
    private final List<SimulatedNode> nodes;
    private final ShardTables shardTables;
    private final List<MorayTable> tables = new ArrayList<>();
    private final Map<Integer, MorayServer> shardServers = new ConcurrentHashMap<>();
    private final List<ShardAddress> shards = new ArrayList<>();
    private final Map<String, FileServer> fileServers = new LinkedHashMap<>();
    private final Map<String, Integer> filePorts = new HashMap<>();
    private Optional<ServerBinding> storinfoServer = Optional.empty();
    /** 0 until storinfo runs for the first time. */
    private int storinfoPort;

    private Region(RegionPlan plan, Path directory, ShardTables shardTables) {
        this.plan = plan;
        this.shardTables = shardTables;
        this.nodes = plan.storageNodes(directory);
        Config config = ConfigFactory.parseString("""
                        pekko {
                          actor.provider = local
                          loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
                          logging-filter = "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"
                          coordinated-shutdown.run-by-jvm-shutdown-hook = off
                        }
                        """)
                .withFallback(ConfigFactory.defaultReference())
                .resolve();
        this.system = ActorSystem.create(Behaviors.empty(), "region", config);
    }

    static Region start(RegionPlan plan, Path directory, ShardTables tables)
            throws SQLException, InterruptedException, PlaygroundFault {
        Region region = new Region(plan, directory, tables);
        try {
            region.startServers();
            return region;
        } catch (SQLException | InterruptedException | PlaygroundFault e) {
            region.close();
            throw e;
        }
    }

    private void startServers() throws SQLException, InterruptedException, PlaygroundFault {
        for (int number = 1; number <= plan.shards(); number++) {
            tables.add(shardTables.open(number));
            shards.add(new ShardAddress(number, HOST, serve(number, 0).port()));
        }
        startStorinfo();
        for (SimulatedNode node : nodes) {
            FileServer server = new FileServer(node.root());
            fileServers.put(node.storageId(), server);
            filePorts.put(
                    node.storageId(),
                    await(server.start(system, HOST, 0)).localAddress().getPort());
        }
    }

    /** Ends storinfo, which refuses connections until {@link #startStorinfo}. */
    void stopStorinfo() throws InterruptedException, PlaygroundFault {
        ServerBinding server = storinfoServer.orElseThrow(() -> new IllegalStateException("storinfo does not run"));
        storinfoServer = Optional.empty();
        await(server.terminate(Duration.ofSeconds(1)));
    }

    /** Starts storinfo, at its earlier address if it had one. */
    void startStorinfo() throws InterruptedException, PlaygroundFault {
        ServerBinding server = await(StorinfoServer.start(
                system, () -> nodes.stream().map(StorageNodeRecord::of).toList(), HOST, storinfoPort));
        storinfoPort = server.localAddress().getPort();
        storinfoServer = Optional.of(server);
    }

    private MorayServer serve(int shard, int port) throws InterruptedException, PlaygroundFault {
        MorayServer server = await(MorayServer.start(
                system, tables.get(shard - 1), HOST, port, client -> lastWrites.put(client.getPort(), Instant.now())));
        shardServers.put(shard, server);
        return server;
    }

    /** Closes the connections to a shard, which refuses new ones until {@link #startShard}. Its rows stay. */
    void stopShard(int shard) throws InterruptedException, PlaygroundFault {
        MorayServer server = shardServers.remove(shard);
        if (server == null) {
            throw new IllegalStateException("metadata shard " + shard + " does not run");
        }
        await(server.shutDown());
    }

    /** Lets a stopped shard listen again at its address. */
    void startShard(int shard) throws InterruptedException, PlaygroundFault {
        serve(shard, shards.get(shard - 1).port());
    }

    private static <T> T await(CompletionStage<T> stage) throws InterruptedException, PlaygroundFault {
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new PlaygroundFault("a server of the simulated region can't start: " + cause.getMessage());
        }
    }

    /**
     * Creates the files and the records.
     *
     * @param progress receives the number of objects that are stored
     */
    RegionContents.Summary fill(LongConsumer progress) throws IOException, SQLException, InterruptedException {
        return RegionContents.create(plan, nodes, tables, progress);
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    List<ShardAddress> shards() {
        return shards;
    }

    /** Base URL of storinfo. */
    String storinfo() {
        return "http://" + HOST + ":" + storinfoPort;
    }

    /** Base URL of a storage node's file server. */
    String fileServer(SimulatedNode node) {
        return "http://" + HOST + ":" + filePorts.get(node.storageId());
    }

    /** Object directories by storage id. */
    Map<String, Path> roots() {
        Map<String, Path> roots = new LinkedHashMap<>();
        nodes.forEach(node -> roots.put(node.storageId(), node.root()));
        return roots;
    }

    /** Time of the last write to a metadata shard, by the client's port. */
    Map<Integer, Instant> lastWrites() {
        return Map.copyOf(lastWrites);
    }

    /** Number of fetches of each object, from all nodes together. */
    Map<UUID, Integer> fetches() {
        Map<UUID, Integer> total = new HashMap<>();
        fileServers
                .values()
                .forEach(server -> server.fetches().forEach((id, count) -> total.merge(id, count, Integer::sum)));
        return total;
    }

    @Override
    public void close() {
        system.terminate();
        try {
            system.getWhenTerminated().toCompletableFuture().get();
            for (MorayTable table : tables) {
                table.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | SQLException e) {
            throw new IllegalStateException("the simulated region could not be closed", e);
        }
    }
}
