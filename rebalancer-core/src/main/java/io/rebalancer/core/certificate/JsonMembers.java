package io.rebalancer.core.certificate;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a JSON object, by name and type. Every method fails with {@link InvalidCertificate}. */
record JsonMembers(Map<?, ?> members) {

    static JsonMembers of(@Nullable Object value) {
        if (value instanceof Map<?, ?> members) {
            return new JsonMembers(members);
        }
        throw new InvalidCertificate("an object is expected");
    }

    String text(String name) {
        if (members.get(name) instanceof String text) {
            return text;
        }
        throw missing(name, "text");
    }

    long number(String name) {
        if (members.get(name) instanceof Long number) {
            return number;
        }
        throw missing(name, "a number");
    }

    boolean flag(String name) {
        if (members.get(name) instanceof Boolean flag) {
            return flag;
        }
        throw missing(name, "true or false");
    }

    JsonMembers object(String name) {
        if (members.get(name) instanceof Map<?, ?> object) {
            return new JsonMembers(object);
        }
        throw missing(name, "an object");
    }

    List<JsonMembers> objects(String name) {
        if (members.get(name) instanceof List<?> list) {
            return list.stream().map(JsonMembers::of).toList();
        }
        throw missing(name, "a list");
    }

    private static InvalidCertificate missing(String name, String type) {
        return new InvalidCertificate("the member " + name + " is missing or is not " + type);
    }
}
