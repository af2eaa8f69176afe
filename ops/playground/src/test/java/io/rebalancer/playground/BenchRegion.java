package io.rebalancer.playground;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.Filter;
import io.rebalancer.playground.moray.MorayObject;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
import io.rebalancer.playground.region.RegionContents;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.SimulatedNode;
import io.rebalancer.playground.region.StorageNodeRecord;
import io.rebalancer.playground.server.MorayServer;
import io.rebalancer.playground.server.StorinfoServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The simulated metadata shards and storinfo of {@link EvacuateBench}, in a separate process, so that their processor
 * time is counted apart. It fills the region once, prints its addresses, and stores the records as they were at first for
 * each line that it reads. It ends with its standard input.
 */
final class BenchRegion {
    static final int NODES = 3;
    static final String READY = "ready";
    static final String RESTORED = "restored";
    private static final String HOST = "127.0.0.1";
    private static final int BATCH = 250;
    private static final long SEED = 21;

    private final List<MorayTable> tables = new ArrayList<>();
    private final List<List<MorayPut>> first = new ArrayList<>();

    private BenchRegion() {}

    /** The plan of a region whose node 1 has {@code objects} copies. */
    static RegionPlan plan(int objects, int sizeBytes, int shards) {
        return new RegionPlan(NODES, objects, OptionalLong.of(sizeBytes), Optional.empty(), shards, SEED);
    }

    /** Arguments: directory, number of objects on node 1, size of an object in bytes, number of shards. */
    public static void main(String[] arguments) throws Exception {
        RegionPlan plan =
                plan(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        new BenchRegion().run(plan, Path.of(arguments[0]));
    }

    private void run(RegionPlan plan, Path directory) throws Exception {
        List<SimulatedNode> nodes = plan.storageNodes(directory);
        for (int shard = 1; shard <= plan.shards(); shard++) {
            tables.add(MorayTable.inMemory("shard-" + shard));
        }
        RegionContents.Summary summary = RegionContents.createOn(nodes.get(0), plan, nodes, tables, count -> {});
        for (MorayTable table : tables) {
            first.add(puts(table));
        }
        Config config = ConfigFactory.parseString("pekko.actor.provider = local")
                .withFallback(ConfigFactory.defaultReference())
                .resolve();
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "region", config);
        StringBuilder addresses = new StringBuilder(READY + " " + (summary.objects() + summary.snaplinks()));
        int storinfo = StorinfoServer.start(
                        system, () -> nodes.stream().map(StorageNodeRecord::of).toList(), HOST, 0)
                .toCompletableFuture()
                .get()
                .localAddress()
                .getPort();
        addresses.append(' ').append(storinfo);
        for (MorayTable table : tables) {
            addresses
                    .append(' ')
                    .append(MorayServer.start(system, table, HOST, 0)
                            .toCompletableFuture()
                            .get()
                            .port());
        }
        System.out.println(addresses);
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (orders.readLine() != null) {
                restore();
                System.out.println(RESTORED);
            }
        }
        system.terminate();
    }

    private static List<MorayPut> puts(MorayTable table) throws SQLException {
        List<MorayPut> puts = new ArrayList<>();
        for (MorayObject row : table.find("manta", Filter.parse("(type=object)"), Integer.MAX_VALUE)) {
            puts.add(new MorayPut("manta", row.key(), row.value(), EtagCondition.any()));
        }
        return puts;
    }

    /** A put of an existing row keeps its id, so the scan finds the rows where they were. */
    private void restore() throws SQLException {
        for (int shard = 0; shard < tables.size(); shard++) {
            List<MorayPut> puts = first.get(shard);
            for (int from = 0; from < puts.size(); from += BATCH) {
                tables.get(shard).putAll(puts.subList(from, Math.min(from + BATCH, puts.size())));
            }
        }
    }
}
