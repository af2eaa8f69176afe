package io.rebalancer.playground;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * A whole evacuation beside rclone: a manager and two agents with the settings as shipped empty a storage node that nginx
 * serves, and rclone copies the same objects from the same nginx, in turns. Only {@code make bench-evacuate} runs this
 * class.
 */
class EvacuateBench {
    private static final Path BASE = Path.of(System.getProperty("bench.directory", "target/bench"));
    private static final int SMALL = Integer.getInteger("bench.small", 120_000);
    private static final int LARGE = Integer.getInteger("bench.large", 64);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    /** Further options of the JVMs of manager and agents, to compare with those as shipped. */
    private static final String JAVA_OPTIONS = System.getProperty("bench.java.options", "");

    private static final int MIN_OBJECTS_OF_HALVES = 10_000;
    private static final int SMALL_BYTES = 16 << 10;
    private static final int LARGE_BYTES = 64 << 20;

    private record Round(EvacuateBenchLoad.Copied rclone, EvacuationRun.Figures rebalancer) {}

    @Test
    void compareWithRclone() throws Exception {
        Files.createDirectories(BASE);
        print("The shards are simulated and keep their rows in memory, in a separate process (region). On a machine"
                + " whose processors are all in use, their time is part of the seconds. Each agent copies half of the"
                + " objects. rclone neither flushes nor verifies, nor changes records.");
        compare("small", SMALL, SMALL_BYTES);
        compare("large", LARGE, LARGE_BYTES);
    }

    private static void compare(String name, int objects, int sizeBytes) throws Exception {
        if (objects == 0) {
            return;
        }
        try (EvacuateBenchLoad load = new EvacuateBenchLoad(name, objects, sizeBytes, BASE, List.of())) {
            List<Round> measured = new ArrayList<>();
            for (int round = 1; round <= ROUNDS; round++) {
                Round figures = new Round(load.rclone(), new EvacuationRun(load, javaOptions(load)).run());
                print(load, round, figures);
                // The first only warms caches.
                if (round > 1 || ROUNDS == 1) {
                    measured.add(figures);
                }
            }
            printMedians(load, measured);
        }
    }

    private static Map<String, String> javaOptions(EvacuateBenchLoad load) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(BenchNodes.MANAGER, JAVA_OPTIONS);
        load.agents().forEach(agent -> options.put(agent, JAVA_OPTIONS));
        return options;
    }

    private static void print(EvacuateBenchLoad load, int round, Round figures) {
        String title =
                String.format(Locale.ROOT, "%-6s round %d%s", load.name(), round, round == 1 ? " (warms caches)" : "");
        EvacuateBenchLoad.Copied rclone = figures.rclone();
        EvacuationRun.Moments moments = figures.rebalancer().moments();
        EvacuationRun.Cpu cpu = figures.rebalancer().cpu();
        print("%s", title);
        print(
                "  rclone      %s   CPU s per 1,000 objects: rclone %.3f, nginx %.3f",
                rate(load, rclone.seconds()),
                per1000(load, rclone.cpuSeconds()),
                per1000(load, rclone.nginxCpuSeconds()));
        double seconds = moments.moved() - moments.ordered();
        print(
                "  rebalancer  %s   %.2f x rclone; job ended after %.2f s (%.2f x rclone)",
                rate(load, seconds),
                rclone.seconds() / seconds,
                moments.done() - moments.ordered(),
                rclone.seconds() / (moments.done() - moments.ordered()));
        printSecondHalf(load, figures);
        print("    CPU s per 1,000 objects: %s", list(cpu.job(), each -> per1000(load, each), "%.3f"));
        print("      of these, compilers: %s", list(cpu.jobCompilers(), each -> per1000(load, each), "%.3f"));
        print(
                "    start-up: ready after %.2f s, first placement after %.2f s, %.0f %% of the %.2f s until all was moved;"
                        + " CPU s until the order: %s",
                moments.ready(),
                moments.placed(),
                100 * moments.placed() / moments.moved(),
                moments.moved(),
                list(cpu.start(), each -> each, "%.1f"));
        print("    compilers, CPU s from start to end: %s", compilers(cpu));
    }

    /** Of many objects only: a few large ones end in groups. */
    private static void printSecondHalf(EvacuateBenchLoad load, Round figures) {
        EvacuationRun.SecondHalf half = figures.rebalancer().secondHalf();
        if (load.objects() < MIN_OBJECTS_OF_HALVES) {
            return;
        }
        double rclone = load.objects() / figures.rclone().seconds();
        print(
                "    second half: %.0f objects/s, %.2f x rclone (computed without the shards' processor time: %.0f objects/s,"
                        + " %.2f x); CPU s per 1,000 objects: %s; of these, compilers: %s",
                half.rate(),
                half.rate() / rclone,
                half.rateWithoutShards(),
                half.rateWithoutShards() / rclone,
                list(half.cpu(), each -> 1000 * each / half.objects(), "%.3f"),
                list(half.compilers(), each -> 1000 * each / half.objects(), "%.3f"));
    }

    /** With the share of the whole processor time of the process, since its start or, of the region, the round's. */
    private static String compilers(EvacuationRun.Cpu cpu) {
        List<String> shares = new ArrayList<>();
        cpu.compilers().forEach((name, time) -> {
            double all = cpu.start().getOrDefault(name, 0.0) + cpu.job().getOrDefault(name, 0.0);
            shares.add(String.format(Locale.ROOT, "%s %.1f (%.0f %%)", name, time, 100 * time / all));
        });
        return String.join(", ", shares);
    }

    private static String list(Map<String, Double> times, ToDoubleFunction<Double> unit, String format) {
        List<String> all = new ArrayList<>();
        times.forEach(
                (name, time) -> all.add(name + " " + String.format(Locale.ROOT, format, unit.applyAsDouble(time))));
        return String.join(", ", all);
    }

    private static String rate(EvacuateBenchLoad load, double seconds) {
        return String.format(
                Locale.ROOT,
                "%7.2f s %7.0f objects/s %6.0f MB/s",
                seconds,
                load.objects() / seconds,
                load.bytes() / seconds / 1e6);
    }

    private static double per1000(EvacuateBenchLoad load, double seconds) {
        return 1000 * seconds / load.objects();
    }

    private static void printMedians(EvacuateBenchLoad load, List<Round> rounds) {
        double rclone = median(rounds, round -> round.rclone().seconds());
        double moved = median(
                rounds,
                round -> round.rebalancer().moments().moved()
                        - round.rebalancer().moments().ordered());
        print(
                "%-6s medians: rclone %s; rebalancer %s, %.2f x rclone",
                load.name(), rate(load, rclone).strip(), rate(load, moved).strip(), rclone / moved);
        if (load.objects() >= MIN_OBJECTS_OF_HALVES) {
            print(
                    "%-6s medians: second half: %.0f objects/s, %.2f x rclone",
                    load.name(),
                    median(rounds, round -> round.rebalancer().secondHalf().rate()),
                    median(
                            rounds,
                            round -> round.rebalancer().secondHalf().rate()
                                    * round.rclone().seconds()
                                    / load.objects()));
        }
        List<String> times = new ArrayList<>();
        for (String name : rounds.get(0).rebalancer().cpu().job().keySet()) {
            times.add(String.format(
                    Locale.ROOT,
                    "%s %.3f",
                    name,
                    per1000(
                            load,
                            median(
                                    rounds,
                                    round -> round.rebalancer().cpu().job().getOrDefault(name, Double.NaN)))));
        }
        print("%-6s medians: CPU s per 1,000 objects: %s", load.name(), String.join(", ", times));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void print(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
