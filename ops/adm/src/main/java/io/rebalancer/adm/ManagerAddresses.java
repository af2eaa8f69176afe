package io.rebalancer.adm;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The addresses of the managers, in the order in which they are tried. */
final class ManagerAddresses {

    private ManagerAddresses() {}

    /**
     * Parses base URLs.
     *
     * @param texts each with one address, or several that are separated by commas
     * @param origin where they are set, for messages
     */
    static List<URI> parse(List<String> texts, String origin) throws CommandFailed {
        List<URI> addresses = new ArrayList<>();
        for (String text :
                texts.stream().flatMap(each -> Stream.of(each.split(",", -1))).toList()) {
            URI address = parse(text.strip(), origin);
            if (!addresses.contains(address)) {
                addresses.add(address);
            }
        }
        return List.copyOf(addresses);
    }

    private static URI parse(String text, String origin) throws CommandFailed {
        try {
            URI address = new URI(text);
            boolean web = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (web && address.getHost() != null) {
                return address;
            }
        } catch (URISyntaxException e) {
            throw wrong(text, origin);
        }
        throw wrong(text, origin);
    }

    private static CommandFailed wrong(String text, String origin) {
        return new CommandFailed("\"" + text + "\" is no address of a manager; set " + origin
                + " to an address such as http://manager-1:8080, or to several with commas between them");
    }
}
