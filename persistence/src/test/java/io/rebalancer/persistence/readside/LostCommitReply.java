package io.rebalancer.persistence.readside;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

/** A connection that commits, and then fails as if the server's reply was lost. */
final class LostCommitReply {

    private LostCommitReply() {}

    static Connection of(Connection intact) {
        return (Connection) Proxy.newProxyInstance(
                LostCommitReply.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(intact, arguments);
                        if (method.getName().equals("commit")) {
                            throw new SQLException("the reply to a commit was lost");
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
