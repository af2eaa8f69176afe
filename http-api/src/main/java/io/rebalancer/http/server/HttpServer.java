package io.rebalancer.http.server;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.settings.Build;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.HttpsConnectionContext;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.ServerBuilder;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Allow;
import org.apache.pekko.http.javadsl.model.headers.ProductVersion;
import org.apache.pekko.http.javadsl.model.headers.Server;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.ExceptionHandler;
import org.apache.pekko.http.javadsl.server.MethodRejection;
import org.apache.pekko.http.javadsl.server.RejectionHandler;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves routes over HTTP, with the same responses to unknown paths, wrong methods and unexpected failures everywhere. */
public final class HttpServer {
    private static final Duration TERMINATION_TIMEOUT = Duration.ofSeconds(3);
    /** Time for the head of a connection's first request. */
    private static final Duration FIRST_REQUEST_TIMEOUT = Duration.ofSeconds(10);
    /** Time for the head of each further request. Clients keep idle connections, so it is longer. */
    private static final Duration NEXT_REQUEST_TIMEOUT = Duration.ofSeconds(60);

    private static final Logger LOGGER = LoggerFactory.getLogger(HttpServer.class);

    private HttpServer() {}

    /**
     * Starts to listen. Requests that {@link RequestGuard} refuses do not reach the routes. The server stops with the actor system.
     *
     * @param name the process, such as {@code manager}; part of the {@code Server} header
     * @return fails with {@link SettingsFault} if the address is not available
     */
    public static CompletionStage<ServerBinding> start(
            ActorSystem<?> system, String name, HttpSettings settings, Route route) {
        return start(
                system,
                name,
                settings,
                route,
                RequestGuard.of(settings),
                new RequestDeadline(FIRST_REQUEST_TIMEOUT, NEXT_REQUEST_TIMEOUT));
    }

    /**
     * As {@link #start(ActorSystem, String, HttpSettings, Route)}.
     *
     * @param logins finds out who sends each request
     */
    public static CompletionStage<ServerBinding> start(
            ActorSystem<?> system, String name, HttpSettings settings, Route route, Logins logins) {
        return start(
                system,
                name,
                settings,
                route,
                RequestGuard.of(settings, Optional.of(logins)),
                new RequestDeadline(FIRST_REQUEST_TIMEOUT, NEXT_REQUEST_TIMEOUT));
    }

    static CompletionStage<ServerBinding> start(
            ActorSystem<?> system,
            String name,
            HttpSettings settings,
            Route route,
            RequestGuard guard,
            RequestDeadline deadline) {
        // The legacy manager's header has this shape, and its command line prints it (manta.md section 2).
        Server header =
                Server.create(ProductVersion.create("rebalancer-" + name + " " + Build.VERSION, "", "no-STAMP"));
        Route guarded = guard.protect(route);
        Route sealed = Directives.mapResponse(
                response -> SecurityHeaders.addTo(response.addHeader(header)),
                () -> guarded.seal(rejections(), failures()));
        Flow<HttpRequest, HttpResponse, NotUsed> handler =
                Flow.of(HttpRequest.class).mapAsync(1, sealed.handler(system)::apply);
        // Pekko logs an error for each client pool that is still open when the actor system ends.
        CoordinatedShutdown.get(system)
                .addTask(
                        CoordinatedShutdown.PhaseServiceStop(),
                        "close-http-pools",
                        () -> Http.get(system).shutdownAllConnectionPools().thenApply(closed -> Done.getInstance()));
        ServerBuilder server =
                Http.get(system).newServerAt(settings.host(), settings.port()).withSettings(withRemoteAddress(system));
        Optional<HttpsConnectionContext> tls;
        try {
            tls = settings.tls().map(files -> ServerTls.start(system, files));
        } catch (SettingsFault e) {
            return CompletableFuture.failedFuture(e);
        }
        return tls.map(server::enableHttps)
                .orElse(server)
                .bindFlow(BidiFlow.fromGraph(deadline).join(handler))
                .thenApply(binding -> binding.addToCoordinatedShutdown(TERMINATION_TIMEOUT, system))
                .exceptionally(failure -> {
                    throw new CompletionException(new SettingsFault(cannotListen(settings, failure)));
                });
    }

    /** The audit log records the address of each sender. */
    private static ServerSettings withRemoteAddress(ActorSystem<?> system) {
        return ServerSettings.create(system.settings().config()).withRemoteAddressAttribute(true);
    }

    private static String cannotListen(HttpSettings settings, Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        Throwable reason = cause.getCause() == null ? cause : cause.getCause();
        return "can't listen for HTTP on " + settings.host() + ":" + settings.port() + " ("
                + OneLine.of(reason.getMessage())
                + "); stop what uses the port, or set another http.port";
    }

    private static RejectionHandler rejections() {
        return RejectionHandler.newBuilder()
                .handleAll(MethodRejection.class, HttpServer::methodNotAllowed)
                .handleNotFound(Directives.complete(HttpResponse.create().withStatus(StatusCodes.NOT_FOUND)))
                .build()
                .withFallback(RejectionHandler.defaultHandler());
    }

    /** The header names the methods that the path has. */
    private static Route methodNotAllowed(List<MethodRejection> rejections) {
        HttpMethod[] allowed = rejections.stream()
                .map(MethodRejection::supported)
                .distinct()
                .sorted(Comparator.comparing(HttpMethod::name))
                .toArray(HttpMethod[]::new);
        return Directives.complete(
                HttpResponse.create().withStatus(StatusCodes.METHOD_NOT_ALLOWED).addHeader(Allow.create(allowed)));
    }

    private static ExceptionHandler failures() {
        return ExceptionHandler.newBuilder()
                .matchAny(failure -> {
                    String reference = UUID.randomUUID().toString();
                    LOGGER.error("request failed reference={}", reference, failure);
                    return Directives.complete(Problem.of(
                            StatusCodes.INTERNAL_SERVER_ERROR,
                            "INTERNAL",
                            "an internal error; the log of this process has the cause under reference " + reference));
                })
                .build();
    }
}
