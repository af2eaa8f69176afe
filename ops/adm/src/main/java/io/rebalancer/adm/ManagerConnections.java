package io.rebalancer.adm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * The managers that serve the API. A request goes to the manager that answered last. If a manager can't be reached, the next
 * one is tried, but a request that changes something only if it certainly did not arrive.
 */
final class ManagerConnections {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** A manager that is frozen accepts connections. If there is another one, it is asked after this time. */
    private static final Duration FROZEN_TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http;
    private final List<URI> managers;
    private final Optional<String> token;
    private int current;

    /** @param managers at least one address */
    ManagerConnections(List<URI> managers, Optional<String> token) {
        this.managers = List.copyOf(managers);
        this.token = token;
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).version(HttpClient.Version.HTTP_1_1);
        if (managers.stream().noneMatch(each -> "https".equals(each.getScheme()))) {
            builder.sslContext(trustingNothing());
        }
        this.http = builder.build();
    }

    /** Reading the certificates that the JVM trusts takes a quarter of the time of a command, and HTTP needs none. */
    private static SSLContext trustingNothing() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has TLS", e);
        }
    }

    /** Sends a request, whose URI is added here, to the first manager that can be reached. */
    <T> HttpResponse<T> send(String path, HttpRequest.Builder request, HttpResponse.BodyHandler<T> body)
            throws CommandFailed, InterruptedException {
        token.ifPresent(each -> request.setHeader("Authorization", "Bearer " + each));
        List<String> tried = new ArrayList<>();
        for (int attempt = 0; attempt < managers.size(); attempt++) {
            int index = (current + attempt) % managers.size();
            URI manager = managers.get(index);
            HttpRequest.Builder here = request.copy().uri(manager.resolve(path));
            boolean reads = here.build().method().equals("GET");
            if (reads && attempt < managers.size() - 1) {
                here.timeout(FROZEN_TIMEOUT);
            }
            try {
                HttpResponse<T> response = http.send(here.build(), body);
                current = index;
                return response;
            } catch (IOException e) {
                if (!reads && mayHaveArrived(e)) {
                    throw new CommandFailed("Request failed: the manager at " + manager + " gave no answer (" + e
                            + "), and may have carried the order out; check with a command that shows the state before"
                            + " you repeat it");
                }
                tried.add(manager + " (" + reason(e) + ")");
            }
        }
        throw unreachable(tried);
    }

    /** Every exception but those of a connection that was never established. */
    private static boolean mayHaveArrived(IOException failure) {
        return !(failure instanceof ConnectException) && !(failure instanceof HttpConnectTimeoutException);
    }

    private static CommandFailed unreachable(List<String> tried) {
        return tried.size() == 1
                ? CommandFailed.temporary("Request failed: the manager at " + tried.get(0)
                        + " can't be reached; check that it runs, and give its address with --url")
                : CommandFailed.temporary("Request failed: no manager can be reached: " + String.join(", ", tried)
                        + "; check that they run, and give their addresses with --url");
    }

    private static String reason(IOException failure) {
        return failure.getMessage() == null || failure.getMessage().isEmpty()
                ? failure.getClass().getSimpleName()
                : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    /** Asks every manager whether it is ready. */
    List<ManagerHealth> health() throws InterruptedException {
        List<ManagerHealth> found = new ArrayList<>();
        for (URI manager : managers) {
            HttpRequest request = HttpRequest.newBuilder(manager.resolve("/health/ready"))
                    .timeout(CONNECT_TIMEOUT)
                    .build();
            try {
                found.add(health(manager, http.send(request, HttpResponse.BodyHandlers.ofString())));
            } catch (IOException e) {
                found.add(new ManagerHealth(manager, "unreachable", reason(e)));
            }
        }
        return found;
    }

    private static ManagerHealth health(URI manager, HttpResponse<String> response) {
        try {
            JsonNode body = ManagerApiClient.JSON.readTree(response.body());
            return new ManagerHealth(
                    manager,
                    body.path("status").asText("unknown"),
                    StreamSupport.stream(body.path("waitingFor").spliterator(), false)
                            .map(JsonNode::asText)
                            .collect(Collectors.joining("; ")));
        } catch (JsonProcessingException e) {
            return new ManagerHealth(manager, "unknown", "status " + response.statusCode() + " without JSON");
        }
    }
}
