package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.util.Optional;

/**
 * Address of a server.
 *
 * @param port 1 to 65535
 */
public record HostAndPort(String host, int port) {

    /** Reads a setting of the form {@code host:port}; empty if its text is empty. */
    static Optional<HostAndPort> optional(Config section, String path) {
        String text = section.getString(path);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (colon > 0 && port >= 1 && port <= 65_535) {
                return Optional.of(new HostAndPort(text.substring(0, colon), port));
            }
        } catch (NumberFormatException e) {
            // Reported below, like every other text that is not host:port.
        }
        throw new IllegalArgumentException(path + " must be host:port, not " + text);
    }
}
