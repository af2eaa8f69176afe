package io.rebalancer.http.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.core.explain.ObjectExplanation;
import io.rebalancer.http.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Random requests that follow the contract, and some that break it, to a manager with services in memory. No response may be
 * undocumented, and none may be a server error. Not part of {@code make test}; {@code make fuzz-api} runs it.
 */
class ApiFuzz {
    private static final Path DIRECTORY =
            Path.of(System.getProperty("fuzz.directory", "../target/fuzz")).toAbsolutePath();
    private static final long REQUESTS = Long.getLong("fuzz.requests", 20_000);
    private static final String SEED = System.getProperty("fuzz.seed", "1");
    /** Event streams do not end, and members that leave end their process. */
    private static final String EXCLUDED = "/events$|/members/";

    private final AtomicLong received = new AtomicLong();

    @BeforeEach
    void start() throws Exception {
        ApiServer.EXPLANATIONS.explanation =
                (job, subject) -> ObjectExplanation.found(job, subject, List.of(), Map.of(2, "away"));
        Route routes = ApiServer.managerRoutes(new LegacySettings(0, false));
        ApiServer.serve("manager", Directives.extractRequest(request -> {
            received.incrementAndGet();
            return routes;
        }));
    }

    @AfterEach
    void stop() {
        ApiServer.stop();
        ApiServer.AUDIT.reset();
    }

    /** The most examples of an operation. Those without parameters need few. */
    private static long examples() {
        return REQUESTS / 45;
    }

    @Test
    void noResponseIsUndocumented() throws Exception {
        Path report = DIRECTORY.resolve("report.txt");
        int status = run(report);
        String text = Files.readString(report);
        assertThat(status)
                .as(text.substring(Math.max(0, text.length() - 20_000)))
                .isZero();
        assertThat(received.get()).isGreaterThanOrEqualTo(REQUESTS);
    }

    private static int run(Path report) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        DIRECTORY.resolve("venv/bin/schemathesis").toString(),
                        "--config-file",
                        Path.of("../ops/fuzz/schemathesis.toml")
                                .toAbsolutePath()
                                .toString(),
                        "run",
                        "http://127.0.0.1:" + ApiServer.port + "/openapi.json",
                        "--exclude-path-regex",
                        EXCLUDED,
                        "--phases",
                        "examples,coverage,fuzzing",
                        "--max-examples",
                        String.valueOf(examples()),
                        "--seed",
                        SEED,
                        "--generation-database",
                        "none",
                        "--suppress-health-check",
                        "all",
                        "--continue-on-failure",
                        "--no-color")
                .directory(DIRECTORY.toFile())
                .redirectErrorStream(true)
                .redirectOutput(report.toFile())
                .start();
        return process.waitFor();
    }
}
