package io.rebalancer.persistence.readside;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

/** A connection whose answer to a commit is lost. */
final class BreaksAfterCommit {

    private BreaksAfterCommit() {}

    static Connection of(Connection whole) {
        return (Connection) Proxy.newProxyInstance(
                BreaksAfterCommit.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(whole, arguments);
                        if (method.getName().equals("commit")) {
                            throw new SQLException("the answer to a commit was lost");
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
