package io.rebalancer.playground;

import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.SimulatedNode;
import io.rebalancer.testsupport.Nginx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Objects of one size on a storage node that nginx serves, and everything around it that outlives a round: the process of
 * the simulated region, nginx, and the database of the managers.
 */
final class EvacuateBenchLoad implements AutoCloseable {
    static final String REGION = "region";
    /** As an agent's limit of parallel copies, as shipped. */
    private static final int TRANSFERS = 32;

    private static final int SHARDS = 2;

    private final String name;
    private final int objects;
    private final int sizeBytes;
    private final Path directory;
    private final List<SimulatedNode> nodes;
    private final BenchRegionProcess region;
    private final Nginx nginx;
    private final BenchJournal journal;
    private final Map<String, String> fingerprint;

    /** Elapsed seconds, and seconds of processor time of rclone and of nginx. */
    record Copied(double seconds, double cpuSeconds, double nginxCpuSeconds) {}

    /**
     * Creates the objects and starts all servers.
     *
     * @param regionOptions further options of the region's JVM
     */
    EvacuateBenchLoad(String name, int objects, int sizeBytes, Path base, List<String> regionOptions)
            throws IOException {
        this.name = name;
        this.objects = objects;
        this.sizeBytes = sizeBytes;
        this.directory = Files.createDirectories(base.resolve(name)).toAbsolutePath();
        RegionPlan plan = BenchRegion.plan(objects, sizeBytes, SHARDS);
        this.nodes = plan.storageNodes(directory);
        this.journal = new BenchJournal(directory.resolve("postgresql"));
        try {
            this.region = new BenchRegionProcess(directory, objects, sizeBytes, SHARDS, regionOptions);
            this.nginx = Nginx.serveUnlogged(nodes.get(0).root(), directory.resolve("nginx"));
            this.fingerprint = RegionSurvey.fingerprint(RegionSurvey.read(region.shards()));
        } catch (IOException e) {
            journal.close();
            throw e;
        }
    }

    String name() {
        return name;
    }

    int objects() {
        return objects;
    }

    long bytes() {
        return (long) objects * sizeBytes;
    }

    BenchRegionProcess region() {
        return region;
    }

    BenchJournal journal() {
        return journal;
    }

    Nginx nginx() {
        return nginx;
    }

    /** Names of the agents of a run. */
    List<String> agents() {
        return nodes.stream().skip(1).map(BenchNodes::agent).toList();
    }

    /** The records before a job, without their locations. */
    Map<String, String> fingerprint() {
        return fingerprint;
    }

    /** The storage id of the node that is emptied. */
    String leaving() {
        return nodes.get(0).storageId();
    }

    /** A directory for one run. The files of earlier ones stay, because deleting them would slow down the next. */
    Path newDirectory() throws IOException {
        return Files.createDirectory(directory.resolve("run-" + System.nanoTime()));
    }

    /**
     * Copies of the nodes for one run: the second copies of the objects are links to the first ones' files, and what the
     * agents copy goes to {@code directory}.
     */
    List<SimulatedNode> nodesFor(Path directory) throws IOException {
        List<SimulatedNode> copies = new ArrayList<>();
        for (SimulatedNode node : nodes) {
            if (copies.isEmpty()) {
                copies.add(node);
                continue;
            }
            Path root = directory.resolve(node.storageId()).resolve("manta");
            link(node.root(), root);
            copies.add(new SimulatedNode(node.number(), node.storageId(), node.datacenter(), root));
        }
        return copies;
    }

    private static void link(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.createLink(target, each);
                }
            }
        }
    }

    /** Lets rclone copy the node. The shell reports its processor time, which a Java parent can't read after its end. */
    Copied rclone() throws IOException, InterruptedException {
        Path to = newDirectory();
        Path log = directory.resolve("rclone.log");
        String command = "TIMEFORMAT='%U %S'; time rclone copy --config=/dev/null --http-url=" + nginx.url()
                + " --http-no-head --transfers=" + TRANSFERS + " --checkers=16 :http: " + to + " 2>" + log;
        flushDisks();
        double nginxBefore = CpuTimes.ofProcess(nginx.pid());
        long startNanos = System.nanoTime();
        Process shell = new ProcessBuilder("bash", "-c", command).start();
        String times = new String(shell.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = shell.waitFor();
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        if (code != 0) {
            throw new IOException("rclone ended with " + code + "; see " + log);
        }
        long copied;
        try (Stream<Path> all = Files.walk(to)) {
            copied = all.filter(Files::isRegularFile).count();
        }
        if (copied != objects) {
            throw new IOException("rclone copied " + copied + " objects of " + objects);
        }
        String[] userAndSystem = times.split(" ", -1);
        return new Copied(
                seconds,
                Double.parseDouble(userAndSystem[0]) + Double.parseDouble(userAndSystem[1]),
                CpuTimes.ofProcess(nginx.pid()) - nginxBefore);
    }

    /** Writes what earlier runs left in memory, so that it does not count for the next. */
    static void flushDisks() throws IOException, InterruptedException {
        new ProcessBuilder("sync").start().waitFor();
    }

    /** Ends the servers. The files stay: deleting 100,000 of them takes minutes on some disks. */
    @Override
    public void close() throws IOException, InterruptedException {
        nginx.close();
        region.close();
        journal.close();
    }
}
