package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a process exposes its metrics.
 *
 * @param http address of the metrics server, or empty if metrics are disabled
 * @param labels constant labels of the legacy metrics: service, server, datacenter, zonename (manta.md section 12)
 */
public record MetricsSettings(Optional<HttpSettings> http, Map<String, String> labels) {

    public MetricsSettings {
        labels = Map.copyOf(labels);
    }

    /**
     * @param service label if the settings name none
     * @param datacenter label if the settings name none
     * @throws SettingsFault if a setting is missing or invalid
     */
    public static MetricsSettings from(Config root, String service, String datacenter) {
        return SettingsFile.section(root, "rebalancer.metrics", section -> {
            Optional<HttpSettings> http =
                    section.getBoolean("enabled") ? Optional.of(HttpSettings.from(section, "")) : Optional.empty();
            String zone = hostName();
            Map<String, String> labels = new HashMap<>();
            labels.put("service", orDefault(section.getString("labels.service"), service));
            labels.put("server", orDefault(section.getString("labels.server"), zone));
            labels.put("datacenter", orDefault(section.getString("labels.datacenter"), datacenter));
            labels.put("zonename", zone);
            return new MetricsSettings(http, labels);
        });
    }

    private static String orDefault(String text, String absent) {
        return text.isEmpty() ? absent : text;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
