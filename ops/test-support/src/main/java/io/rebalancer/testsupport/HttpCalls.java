package io.rebalancer.testsupport;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Sends requests to one HTTP server under test. Bodies are text in UTF-8; those for API v1 are labelled as JSON. Every method waits for the response.
 */
public final class HttpCalls {
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final String LABEL = "Content-Type";
    private static final String API_V1 = "/api/v1/";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final String base;
    private final Consumer<HttpResponse<String>> observer;

    private HttpCalls(String base, Consumer<HttpResponse<String>> observer) {
        this.base = base;
        this.observer = observer;
    }

    /** Calls the server that listens on {@code port} of the loopback address. */
    public static HttpCalls toPort(int port) {
        return to("http://127.0.0.1:" + port);
    }

    /**
     * Calls the server at {@code base}.
     *
     * @param base the URL that precedes each path, such as {@code http://127.0.0.1:8080}
     */
    public static HttpCalls to(String base) {
        return new HttpCalls(base, response -> {});
    }

    /**
     * The same calls; {@code observer} gets each response before the caller.
     *
     * @param observer may throw an {@link AssertionError}
     */
    public HttpCalls observedBy(Consumer<HttpResponse<String>> observer) {
        return new HttpCalls(base, observer);
    }

    /**
     * Sends a GET.
     *
     * @param path with its query, starting with a slash
     * @param headers names and values in turn
     */
    public HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, "", headers);
    }

    public HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    public HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return send("PUT", path, body);
    }

    public HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send("DELETE", path, "");
    }

    /**
     * Sends a request with any method.
     *
     * @param body may be empty
     * @param headers names and values in turn
     * @throws IOException if there is no response within 30 s, or the server can't be reached
     */
    public HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(REQUEST_TIMEOUT)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty() && path.startsWith(API_V1) && !List.of(headers).contains(LABEL)) {
            request.setHeader(LABEL, "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        observer.accept(response);
        return response;
    }
}
