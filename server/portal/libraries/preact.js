// What every page is drawn with.
import { h } from "preact";
import htm from "htm";

export { Component, Fragment, createContext, h, render } from "preact";
export { useCallback, useContext, useEffect, useErrorBoundary, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
export { batch, computed, effect, signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
export { LocationProvider, Route, Router, lazy, useLocation, useRoute } from "preact-iso";

/** Markup in a template string: html`<p>${text}</p>`. */
export const html = htm.bind(h);
