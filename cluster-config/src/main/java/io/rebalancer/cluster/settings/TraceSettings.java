package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which assignments are traced, and where spans are exported to.
 *
 * @param endpoint OTLP/HTTP endpoint of a collector, or empty to disable tracing
 * @param oneIn sampling: one in this many assignments is traced, at least 1
 */
public record TraceSettings(Optional<URI> endpoint, int oneIn) {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    /** @throws SettingsFault if a setting is missing or invalid */
    public static TraceSettings from(Config root) {
        return SettingsFile.section(root, "rebalancer.traces", section -> {
            String endpoint = section.getString("endpoint");
            int oneIn = section.getInt("one-in");
            if (oneIn < 1) {
                throw new IllegalArgumentException("one-in must be 1 or more, not " + oneIn);
            }
            return new TraceSettings(endpoint.isEmpty() ? Optional.empty() : Optional.of(url(endpoint)), oneIn);
        });
    }

    private static URI url(String text) {
        URI url = URI.create(text);
        if (url.getHost() == null || !SCHEMES.contains(url.getScheme())) {
            throw new IllegalArgumentException(
                    "endpoint must be a URL such as http://127.0.0.1:4318/v1/traces, not " + text);
        }
        return url;
    }

    /**
     * Adds Kamon's settings for tracing to {@code root}.
     *
     * @param service kind of this process, such as {@code manager}
     */
    public Config applyTo(Config root, String service) {
        Map<String, Object> own = new HashMap<>();
        own.put("kamon.environment.service", "rebalancer-" + service);
        own.put("kamon.modules.otel-trace-reporter.enabled", endpoint.isPresent());
        endpoint.ifPresent(url -> own.put("kamon.otel.trace.full-endpoint", url.toString()));
        return ConfigFactory.parseMap(own).withFallback(root);
    }
}
