package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a process shows its metrics.
 *
 * @param http empty if it shows none
 * @param labels of the older series: service, server, datacenter, zonename (manta.md section 12)
 */
public record MetricsSettings(Optional<HttpSettings> http, Map<String, String> labels) {

    public MetricsSettings {
        labels = Map.copyOf(labels);
    }

    /**
     * @param service label unless the settings name another
     * @param datacenter likewise
     * @throws SettingsFault if a setting is missing or wrong
     */
    public static MetricsSettings from(Config root, String service, String datacenter) {
        return SettingsFile.section(root, "rebalancer.metrics", section -> {
            Optional<HttpSettings> http = section.getBoolean("enabled")
                    ? Optional.of(new HttpSettings(SettingsFile.required(section, "host"), section.getInt("port")))
                    : Optional.empty();
            String zone = hostName();
            Map<String, String> labels = new HashMap<>();
            labels.put("service", or(section.getString("labels.service"), service));
            labels.put("server", or(section.getString("labels.server"), zone));
            labels.put("datacenter", or(section.getString("labels.datacenter"), datacenter));
            labels.put("zonename", zone);
            return new MetricsSettings(http, labels);
        });
    }

    private static String or(String text, String without) {
        return text.isEmpty() ? without : text;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
