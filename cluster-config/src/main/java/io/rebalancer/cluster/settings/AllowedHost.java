package io.rebalancer.cluster.settings;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host under which clients may call an HTTP listener.
 *
 * @param host a name or an address, in lower case and without brackets
 * @param port empty if every port is allowed
 */
public record AllowedHost(String host, OptionalInt port) {
    private static final Pattern FORM =
            Pattern.compile("(?<host>[a-z0-9._-]+|\\[[0-9a-f:.]+])(:(?<port>[1-9][0-9]{0,4}))?");

    public AllowedHost {
        host = host.toLowerCase(Locale.ROOT);
    }

    /** Allows the host under every port. */
    public static AllowedHost atAnyPort(String host) {
        return new AllowedHost(host, OptionalInt.empty());
    }

    /** @throws IllegalArgumentException if the text is neither {@code host} nor {@code host:port} */
    static AllowedHost parse(String text) {
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw new IllegalArgumentException("allowed-hosts must list hosts such as rebalancer.example.com or"
                    + " rebalancer.example.com:8080, not " + text);
        }
        String host = form.group("host").replaceAll("[\\[\\]]", "");
        String port = form.group("port");
        return new AllowedHost(host, port == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(port)));
    }

    /** Whether this entry allows a request for {@code requested}, an address without brackets or a name. */
    public boolean matches(String requested, int requestedPort) {
        return host.equalsIgnoreCase(requested) && (port.isEmpty() || port.getAsInt() == requestedPort);
    }
}
