package io.rebalancer.adm;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import picocli.CommandLine;

/** The command, and a server that responds as a test orders in the place of a manager. */
final class ServedCommand implements AutoCloseable {
    /** The time of every run. */
    static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> lastEventIds = new CopyOnWriteArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> environment = new HashMap<>();
    private final HttpServer server;
    private Optional<Integer> terminalWidth = Optional.empty();

    /**
     * A request to the server.
     *
     * @param authorization the header of this name; empty if there is none
     * @param query the part of the address after the question mark; empty if there is none
     */
    record Request(String method, String path, String query, String body, String authorization) {}

    /**
     * The response of the server.
     *
     * @param missing bytes of the body that are promised and not sent
     */
    record Response(int status, String body, Map<String, String> headers, int missing) {
        Response(int status, String body) {
            this(status, body, Map.of(), 0);
        }
    }

    private static final Response NOT_LABELLED = new Response(415, "the body must be JSON");

    /** Decides on the response to a request. */
    @FunctionalInterface
    interface Manager {
        Response respond(Request request);
    }

    static ServedCommand start(Manager manager) throws IOException {
        return new ServedCommand(manager);
    }

    private ServedCommand(Manager manager) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add((exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body).strip());
            lastEventIds.add(
                    Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Last-Event-ID"), ""));
            boolean labelled = Objects.requireNonNullElse(
                            exchange.getRequestHeaders().getFirst("Content-Type"), "")
                    .startsWith("application/json");
            // As a manager does: API v1 takes bodies that are labelled as JSON only.
            boolean refused = exchange.getRequestURI().getPath().startsWith("/api/v1") && !body.isEmpty() && !labelled;
            Response response = refused
                    ? NOT_LABELLED
                    : manager.respond(new Request(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().getPath(),
                            Objects.requireNonNullElse(exchange.getRequestURI().getQuery(), ""),
                            body,
                            Objects.requireNonNullElse(
                                    exchange.getRequestHeaders().getFirst("Authorization"), "")));
            byte[] bytes = response.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Server", "rebalancer-manager 0.1.0 (no-STAMP)");
            response.headers().forEach(exchange.getResponseHeaders()::set);
            // Without a body, -1: a response with status 204 has none.
            exchange.sendResponseHeaders(response.status(), bytes.length == 0 ? -1 : bytes.length + response.missing());
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    /** Runs the command against the server, and returns its exit code. */
    int run(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--url";
        all[arguments.length + 1] = url();
        return AdmCommand.run(context(), all);
    }

    /** Runs the command without the address of the server; {@link #err} then has the errors of this run only. */
    int runWithoutUrl(String... arguments) {
        err.getBuffer().setLength(0);
        return AdmCommand.run(context(), arguments);
    }

    private AdmContext context() {
        return new AdmContext(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                environment,
                Path.of("target/no-home"),
                terminalWidth,
                Clock.fixed(NOW, ZoneOffset.UTC),
                Duration.ofMillis(2));
    }

    /** {@link #err} then has the errors of later runs only. */
    void clearErr() {
        err.getBuffer().setLength(0);
    }

    /** All commands. */
    CommandLine tree() {
        return CommandTree.create(context());
    }

    /** The base URL of the server. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Sets an environment variable of the next runs. */
    void set(String variable, String value) {
        environment.put(variable, value);
    }

    /** Standard error of the next runs is a terminal. */
    void onTerminal(int width) {
        terminalWidth = Optional.of(width);
    }

    /** Method, path and body of each request. */
    List<String> requests() {
        return requests;
    }

    /** The header of this name of each request; empty if there is none. */
    List<String> lastEventIds() {
        return lastEventIds;
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
