package io.rebalancer.http.openid;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads claims of an ID token. */
final class Claims {

    private Claims() {}

    /** The texts of a claim: one, or those of a list. Dots in the name separate the names of nested claims. */
    static List<String> texts(Map<String, Object> claims, String name) {
        return find(claims, name).map(Claims::texts).orElse(List.of());
    }

    private static List<String> texts(Object claim) {
        return claim instanceof Collection<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of(String.valueOf(claim));
    }

    /** A claim may have dots in its own name, so the whole name comes first. */
    private static Optional<Object> find(Map<?, ?> claims, String name) {
        if (claims.get(name) != null) {
            return Optional.of(claims.get(name));
        }
        int dot = name.indexOf('.');
        return dot > 0 && claims.get(name.substring(0, dot)) instanceof Map<?, ?> nested
                ? find(nested, name.substring(dot + 1))
                : Optional.empty();
    }
}
