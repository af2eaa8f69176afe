package io.rebalancer.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rebalancer.loopback.LoopbackPorts;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Prometheus as a separate process at a loopback address. It scrapes every second; {@link #close} ends it. */
public final class Prometheus implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Path log;
    private final URI url;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    private Prometheus(Process process, Path log, URI url) {
        this.process = process;
        this.log = log;
        this.url = url;
    }

    /**
     * Starts Prometheus with the rules of the dashboards.
     *
     * @param directory an empty directory for its settings, data and log
     * @param targets host:port of the metrics ports, which serve HTTPS with any certificate
     */
    public static Prometheus start(Path directory, List<String> targets) throws IOException {
        return start(directory, targets, MonitoringFiles.ruleFiles());
    }

    /** As {@link #start(Path, List)}, with other rules. */
    public static Prometheus start(Path directory, List<String> targets, List<Path> ruleFiles) throws IOException {
        String rules = ruleFiles.stream()
                .map(file -> "  - " + file.toAbsolutePath().normalize())
                .collect(Collectors.joining("\n"));
        String addresses = targets.stream().map(target -> "\"" + target + "\"").collect(Collectors.joining(", "));
        Path settings = directory.resolve("prometheus.yml");
        Files.writeString(settings, """
                global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
                rule_files:
                %s
                scrape_configs:
                  - job_name: rebalancer
                    scheme: https
                    tls_config: { insecure_skip_verify: true }
                    static_configs: [{ targets: [%s] }]
                """.formatted(rules, addresses));
        Path log = directory.resolve("prometheus.log");
        int port = LoopbackPorts.reserve();
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + settings,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new Prometheus(process, log, URI.create("http://127.0.0.1:" + port));
    }

    /** Whether it serves queries. */
    public boolean isReady() throws IOException, InterruptedException {
        try {
            return send("/-/ready").statusCode() == 200;
        } catch (IOException e) {
            if (!process.isAlive()) {
                throw new AssertionError("prometheus ended: " + Files.readString(log), e);
            }
            return false;
        }
    }

    /**
     * The samples of a query now.
     *
     * @throws AssertionError if Prometheus refuses the query
     */
    public List<JsonNode> query(String promql) throws IOException, InterruptedException {
        HttpResponse<String> response =
                send("/api/v1/query?query=" + URLEncoder.encode(promql, StandardCharsets.UTF_8));
        JsonNode answer = JSON.readTree(response.body());
        if (!answer.path("status").asText().equals("success")) {
            throw new AssertionError(promql + ": " + response.body());
        }
        List<JsonNode> samples = new ArrayList<>();
        answer.path("data").path("result").forEach(samples::add);
        return samples;
    }

    /** The alerts that are pending or fire now, by name. */
    public List<String> activeAlerts() throws IOException, InterruptedException {
        return JSON.readTree(send("/api/v1/alerts").body())
                .path("data")
                .path("alerts")
                .findValuesAsText("alertname");
    }

    /** The alerts that fire now, by name. */
    public Set<String> firingAlerts() throws IOException, InterruptedException {
        return alertNames("ALERTS{alertstate=\"firing\"}");
    }

    /** The alerts that fired at some time in the last {@code seconds}, by name. */
    public Set<String> alertsThatFired(long seconds) throws IOException, InterruptedException {
        return alertNames("max_over_time(ALERTS{alertstate=\"firing\"}[" + seconds + "s])");
    }

    private Set<String> alertNames(String promql) throws IOException, InterruptedException {
        Set<String> names = new TreeSet<>();
        for (JsonNode sample : query(promql)) {
            names.add(sample.at("/metric/alertname").asText());
        }
        return names;
    }

    /** The errors of the last evaluation of each rule; empty if none had any. */
    public List<String> ruleErrors() throws IOException, InterruptedException {
        return JSON.readTree(send("/api/v1/rules").body()).findValuesAsText("lastError").stream()
                .filter(error -> !error.isEmpty())
                .toList();
    }

    private HttpResponse<String> send(String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
