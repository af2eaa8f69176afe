package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.core.port.Readiness;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * Serves metrics on a separate port, under every path, as the legacy processes do (manta.md section 12). The health of the
 * process is served here too, so that clients which use up the connections of the API do not hide it.
 */
public final class MetricsServer {
    private static final ContentType.NonBinary TEXT = ContentTypes.create(
            MediaTypes.customWithOpenCharset("text", "plain", Map.of("version", "0.0.4"), false), HttpCharsets.UTF_8);

    private MetricsServer() {}

    /**
     * Starts to listen. The server stops with the actor system.
     *
     * @param exposition the current metrics in the Prometheus text format
     * @return fails with {@code SettingsFault} if the port is taken
     */
    public static CompletionStage<?> start(
            ActorSystem<?> system,
            String name,
            HttpSettings settings,
            Readiness readiness,
            Supplier<String> exposition) {
        Route metrics = Directives.extractRequest(request ->
                Directives.complete(HttpResponse.create().withEntity(HttpEntities.create(TEXT, exposition.get()))));
        return HttpServer.start(system, name, settings, Directives.concat(HealthRoutes.routes(readiness), metrics));
    }
}
