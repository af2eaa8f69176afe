package io.rebalancer.playground;

import io.rebalancer.playground.region.RegionSurvey.ShardAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The process of a {@link BenchRegion}. */
final class BenchRegionProcess implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int STOP_SECONDS = 20;

    private final Process process;
    private final BufferedReader replies;
    private final long records;
    private final List<Integer> ports;

    /**
     * Starts the process and waits until the region is filled.
     *
     * @param javaOptions further options of its JVM
     */
    BenchRegionProcess(Path directory, int objects, int sizeBytes, int shards, List<String> javaOptions)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(javaOptions);
        command.addAll(List.of(
                "-Xmx2g",
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
                "-Dlogback.configurationFile=logback-file.xml",
                "-Drebalancer.log.file=" + directory.resolve("region.log"),
                "-cp",
                System.getProperty("java.class.path"),
                BenchRegion.class.getName(),
                directory.toString(),
                Integer.toString(objects),
                Integer.toString(sizeBytes),
                Integer.toString(shards)));
        process = new ProcessBuilder(command)
                .redirectError(directory.resolve("region.err").toFile())
                .start();
        replies = process.inputReader(StandardCharsets.UTF_8);
        List<String> ready;
        try {
            ready = Arrays.asList(await(BenchRegion.READY).split(" ", -1));
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
        records = Long.parseLong(ready.get(1));
        ports = ready.subList(2, ready.size()).stream().map(Integer::valueOf).toList();
    }

    private String await(String prefix) throws IOException {
        for (String line = replies.readLine(); line != null; line = replies.readLine()) {
            if (line.startsWith(prefix)) {
                return line;
            }
        }
        throw new IOException("the simulated region ended before it was " + prefix + "; see region.err and region.log");
    }

    /** Stores all records as they were at first. */
    void restore() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        await(BenchRegion.RESTORED);
    }

    /** Number of records that name the first storage node at first. */
    long records() {
        return records;
    }

    int storinfoPort() {
        return ports.get(0);
    }

    List<Integer> shardPorts() {
        return ports.subList(1, ports.size());
    }

    List<ShardAddress> shards() {
        List<ShardAddress> shards = new ArrayList<>();
        for (int port : shardPorts()) {
            shards.add(new ShardAddress(shards.size() + 1, HOST, port));
        }
        return shards;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
