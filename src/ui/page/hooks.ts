import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../../core/text/describe.ts';
import { routeOf } from './route.ts';

/** The last answer, also while it is read again, or the error. */
export interface Loaded<T> {
  readonly value?: T | undefined;
  readonly error?: string | undefined;
  readonly reload: () => void;
}

/**
 * Reads something, and reads it again when the cloud has changed: at most once at a time, and not while nothing is
 * shown.
 */
export function useLoaded<T>(load: () => Promise<T>, keys: readonly unknown[], change: number): Loaded<T> {
  const [state, setState] = useState<{ readonly value?: T; readonly error?: string; readonly key: string }>({
    key: '',
  });
  const key = JSON.stringify(keys);
  const running = useRef<{ key: string; again: boolean } | undefined>(undefined);
  const reload = useCallback(() => {
    if (running.current?.key === key) {
      running.current.again = true;
      return;
    }
    const mine = { key, again: false };
    running.current = mine;
    const settle = (next: { readonly value?: T; readonly error?: string }): void => {
      if (running.current !== mine) return;
      running.current = undefined;
      setState({ ...next, key });
      if (mine.again) reload();
    };
    load().then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error: messageOf(error) }),
    );
  }, [key]);
  useEffect(reload, [reload, change]);
  return state.key === key ? { ...state, reload } : { reload };
}

/** The time, twice a second while it matters. */
export function useNow(isTicking: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isTicking) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isTicking]);
  return now;
}

/** The part of the address behind `#/`, in words. */
export function useRoute(): readonly string[] {
  const [route, setRoute] = useState(routeOf(location.hash));
  useEffect(() => {
    const onChange = (): void => setRoute(routeOf(location.hash));
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return route;
}
