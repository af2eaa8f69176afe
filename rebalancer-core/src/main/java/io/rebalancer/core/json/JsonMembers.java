package io.rebalancer.core.json;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The members of a JSON object, by name and type. Every method fails with {@link InvalidJson}. */
public record JsonMembers(Map<?, ?> members) {

    public static JsonMembers of(@Nullable Object value) {
        if (value instanceof Map<?, ?> members) {
            return new JsonMembers(members);
        }
        throw new InvalidJson("an object is expected");
    }

    public String text(String name) {
        if (members.get(name) instanceof String text) {
            return text;
        }
        throw missing(name, "text");
    }

    public long number(String name) {
        if (members.get(name) instanceof Long number) {
            return number;
        }
        throw missing(name, "a number");
    }

    public boolean flag(String name) {
        if (members.get(name) instanceof Boolean flag) {
            return flag;
        }
        throw missing(name, "true or false");
    }

    public JsonMembers object(String name) {
        if (members.get(name) instanceof Map<?, ?> object) {
            return new JsonMembers(object);
        }
        throw missing(name, "an object");
    }

    public List<JsonMembers> objects(String name) {
        if (members.get(name) instanceof List<?> list) {
            return list.stream().map(JsonMembers::of).toList();
        }
        throw missing(name, "a list");
    }

    /** The members of an object of which each value is a text. */
    public Map<String, String> texts(String name) {
        JsonMembers object = object(name);
        return object.members().keySet().stream()
                .map(String::valueOf)
                .collect(Collectors.toMap(Function.identity(), object::text));
    }

    private static InvalidJson missing(String name, String type) {
        return new InvalidJson("the member " + name + " is missing or is not " + type);
    }
}
