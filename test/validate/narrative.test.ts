import { expect, test } from 'vitest'
import { narrativeFault } from '../../src/validate/narrative.ts'

test.each([
  '<div xmlns="http://www.w3.org/1999/xhtml">Douleur à la fosse iliaque</div>',
  '<div><p>a</p><br/><table class="grid"><tr><td colspan="2">b &amp; c</td></tr></table></div>',
  '<div><a href="https://has-sante.fr" title="a > b">guide</a></div>',
  '<div><img src="#image" alt="coupe"/></div>',
  ' <div>a</div> ',
])('%s is a narrative', (xhtml) => {
  expect(narrativeFault(xhtml)).toBeUndefined()
})

test.each([
  ['<div>a<script>alert(1)</script></div>', 'txt-1'],
  ['<div><p onclick="x()">a</p></div>', 'txt-1'],
  ['<div><a href="javascript:x()">a</a></div>', 'txt-1'],
  ['<div><iframe src="https://x"/>a</div>', 'txt-1'],
  ['<div><form><input/></form>a</div>', 'txt-1'],
  ['<div><!-- a -->b</div>', 'txt-1'],
  ['<div> <br/> </div>', 'txt-2'],
  ['<div></div>', 'txt-2'],
  ['<div><p>a</div></p>', 'one XHTML'],
  ['<div>a', 'one XHTML'],
  ['<p>a</p>', 'one XHTML'],
  ['<div>a</div><div>b</div>', 'one XHTML'],
  ['a<div>b</div>', 'one XHTML'],
  ['</div>', 'one XHTML'],
  ['<div>a < b</div>', 'one XHTML'],
  ['', 'one XHTML'],
])('%s is none: %s', (xhtml, why) => {
  expect(narrativeFault(xhtml)?.text).toContain(why)
})
