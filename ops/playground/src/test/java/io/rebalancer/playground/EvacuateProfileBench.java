package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Records where the processes of an evacuation of small objects compute, wait and allocate. Only {@code make
 * profile-evacuate} runs this class.
 */
class EvacuateProfileBench {
    private static final Path BASE = Path.of(System.getProperty("bench.directory", "target/bench"));
    private static final Path OUTPUT = Path.of(System.getProperty("profile.directory", "target/profile-evacuate"))
            .toAbsolutePath();
    private static final int SMALL = Integer.getInteger("bench.small", 120_000);
    private static final int SMALL_BYTES = 16 << 10;

    @Test
    void recordTheSecondRound() throws Exception {
        Files.createDirectories(BASE);
        Files.createDirectories(OUTPUT);
        EvacuationRun.Figures figures;
        try (EvacuateBenchLoad load = new EvacuateBenchLoad(
                "profile", SMALL, SMALL_BYTES, BASE, List.of(recording(EvacuateBenchLoad.REGION)))) {
            // Warms caches, and the simulated region.
            new EvacuationRun(load, Map.of()).run();
            Map<String, String> options = new LinkedHashMap<>();
            for (String node : Stream.concat(Stream.of(BenchNodes.MANAGER), load.agents().stream())
                    .toList()) {
                options.put(node, recording(node));
            }
            figures = new EvacuationRun(load, options).run();
        }
        for (String process : figures.cpu().compilers().keySet()) {
            RecordingReport report = RecordingReport.read(
                    file(process, "jfr"), figures.ordered(), figures.ordered().plus(figures.jobTime()));
            assertThat(report.samples()).as("samples of %s", process).isPositive();
            List<String> lines = new ArrayList<>();
            lines.add(title(process, figures));
            lines.add("");
            lines.addAll(report.lines());
            Files.write(file(process, "txt"), lines);
            lines.forEach(System.out::println);
        }
        System.out.println("tables and recordings: " + OUTPUT);
    }

    private static String title(String process, EvacuationRun.Figures figures) {
        double job = figures.cpu().job().getOrDefault(process, Double.NaN);
        double compilers = figures.cpu().jobCompilers().getOrDefault(process, Double.NaN);
        return String.format(
                Locale.ROOT,
                "%s: %.2f s of CPU in a job of %,d objects and %.1f s, %.3f s per 1,000 objects; compilers %.2f s (%.0f %%)",
                process,
                job,
                SMALL,
                figures.jobTime().toNanos() / 1e9,
                1000 * job / SMALL,
                compilers,
                100 * compilers / job);
    }

    private static Path file(String process, String ending) {
        return OUTPUT.resolve(process + "." + ending);
    }

    private static String recording(String process) throws IOException {
        Files.deleteIfExists(file(process, "jfr"));
        return "-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + file(process, "jfr");
    }
}
