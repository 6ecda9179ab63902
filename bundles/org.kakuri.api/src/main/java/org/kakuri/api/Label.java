package org.kakuri.api;

public enum Label {
    A
}
